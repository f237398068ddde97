package mail

import (
	"errors"
	"fmt"
	"net/textproto"

	gomail "github.com/wneessen/go-mail"
)

var errNotSMTP = errors.New("the server does not speak SMTP")

// refusal is the server's answer to a step, without its text, which may repeat a password or an address.
type refusal struct {
	step string
	// code is SMTP's, and 0 if there was no answer; status is the finer one that some servers give, such as 5.1.1.
	code   int
	status string
	// isOfMessage says that the message was refused and not the connection.
	isOfMessage bool
}

func (r *refusal) Error() string {
	switch {
	case r.code == 0:
		return r.step + ": the connection broke"
	case r.status == "":
		return fmt.Sprintf("%s: the server answered %d", r.step, r.code)
	}
	return fmt.Sprintf("%s: the server answered %d %s", r.step, r.code, r.status)
}

// signInFirst is SMTP's answer to a sender that should have signed in, or begun TLS: our settings' fault, not the message's.
const signInFirst = 530

// IsPermanent says that sending the message again is useless: the server refused it permanently (5xx), or its address is invalid. It is false
// if the connection, the credentials or the sender were refused, since settings can change.
func IsPermanent(err error) bool {
	if errors.Is(err, errReceiver) {
		return true
	}
	r, ok := errors.AsType[*refusal](err)
	return ok && r.isOfMessage && r.code/100 == 5 && r.code != signInFirst
}

// discreet returns go-mail's error without what the server said.
func discreet(err error) error {
	if sending, ok := errors.AsType[*gomail.SendError](err); ok {
		return &refusal{sending.Reason.String(), sending.ErrorCode(), sending.EnhancedStatusCode(), sending.Reason != gomail.ErrSMTPMailFrom}
	}
	if answer, ok := errors.AsType[*textproto.Error](err); ok {
		return &refusal{step: "connecting", code: answer.Code}
	}
	if _, ok := errors.AsType[textproto.ProtocolError](err); ok {
		return errNotSMTP
	}
	return err
}
