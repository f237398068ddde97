package fault

import (
	"strings"
	"time"
)

// Refusal is an error that the person at the form cannot repair. Clients get it as a top-level error.
type Refusal struct {
	// Code is one of the closed list of extensions.code.
	Code string
	// Message describes the error, and reveals nothing that the caller may not know.
	Message string
	// RetryAfter is when trying again may help; 0 if that is not known.
	RetryAfter time.Duration
	// Reason and Scope say more than the code about a token, in the extensions of the error; "" for nothing.
	Reason, Scope string
	// Challenge says how to authenticate, where the credential of the request is bad: the request as a whole is unauthorized. "" otherwise.
	Challenge string
}

// Error returns the message.
func (r *Refusal) Error() string { return r.Message }

// The refusals that are always the same.
var (
	ErrUnauthenticated = &Refusal{Code: "UNAUTHENTICATED", Message: "Sign in first."}
	ErrNotFound        = &Refusal{Code: "NOT_FOUND", Message: "It does not exist, or you cannot see it."}
	ErrInternal        = &Refusal{Code: "INTERNAL_SERVER_ERROR", Message: "Something went wrong on our side. Quote the request id when you report it."}
	ErrTimeout         = &Refusal{Code: "TIMEOUT", Message: "The request took too long."}
	ErrRateLimited     = &Refusal{Code: "RATE_LIMITED", Message: "Too many requests. Try again later."}
	ErrUnavailable     = &Refusal{Code: "UNAVAILABLE", Message: "The service cannot answer right now. Try again later."}
)

// The refusals of a bad token for machines.
var (
	ErrTokenMalformed = badToken("TOKEN_MALFORMED", "The token is malformed: copy all of it.")
	ErrTokenUnknown   = badToken("TOKEN_UNKNOWN", "There is no such token.")
	ErrTokenExpired   = badToken("TOKEN_EXPIRED", "The token has expired. Create another one.")
	ErrTokenRevoked   = badToken("TOKEN_REVOKED", "The token was revoked. Create another one.")
)

func badToken(reason, message string) *Refusal {
	return &Refusal{Code: ErrUnauthenticated.Code, Message: message, Reason: reason, Challenge: `Bearer error="invalid_token"`}
}

// MissingScope refuses a token without the scope that an operation needs; "" if no token may do it.
func MissingScope(scope string) error {
	message := "Only people can do this, and no token."
	if scope != "" {
		message = "The token does not have the scope " + scope + "."
	}
	return &Refusal{Code: "FORBIDDEN", Message: message, Reason: "TOKEN_SCOPE", Scope: scope}
}

// holders are those who have a role, by the role.
var holders = map[string]string{
	"OWNER": "the owner", "MASTER": "masters", "DEVELOPER": "developers", "REVIEWER": "reviewers", "ADMIN": "administrators of the platform",
}

// Forbidden refuses a caller without one of the roles that are allowed, of which there is at least one.
func Forbidden[R ~string](may []R) error {
	names := make([]string, len(may))
	for i, role := range may {
		names[i] = holders[string(role)]
	}
	last := len(names) - 1
	if last == 0 {
		return &Refusal{Code: "FORBIDDEN", Message: "Only " + names[0] + " can do this."}
	}
	return &Refusal{Code: "FORBIDDEN", Message: "Only " + strings.Join(names[:last], ", ") + " and " + names[last] + " can do this."}
}

// RateLimited refuses what may be tried again after this time.
func RateLimited(after time.Duration) *Refusal {
	limited := *ErrRateLimited
	limited.RetryAfter = after
	return &limited
}

// BadInput refuses an argument that no form sends.
func BadInput(message string) error { return &Refusal{Code: "BAD_USER_INPUT", Message: message} }
