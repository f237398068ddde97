package fault

import "strings"

// Refusal is an answer of "no" that the person at the form cannot repair. It reaches clients as a top-level error.
type Refusal struct {
	// Code is one of the closed list of extensions.code.
	Code string
	// Message says what is wrong and gives nothing away that the caller may not know.
	Message string
}

// Error returns the message.
func (r *Refusal) Error() string { return r.Message }

// The refusals that are always the same.
var (
	ErrUnauthenticated = &Refusal{"UNAUTHENTICATED", "Sign in first."}
	ErrNotFound        = &Refusal{"NOT_FOUND", "There is no such thing, or it is not visible to you."}
	ErrInternal        = &Refusal{"INTERNAL_SERVER_ERROR", "Something went wrong on our side. The request id helps to find out what."}
	ErrTimeout         = &Refusal{"TIMEOUT", "The request took too long."}
	ErrUnavailable     = &Refusal{"UNAVAILABLE", "The service cannot answer right now. Try again later."}
)

// Forbidden refuses a caller who has another role than those that may.
func Forbidden[R ~string](may []R) error {
	names := make([]string, len(may))
	for i, role := range may {
		names[i] = string(role)
	}
	return &Refusal{"FORBIDDEN", "Only these roles may: " + strings.Join(names, ", ") + "."}
}

// BadInput refuses an argument that no form would send.
func BadInput(message string) error { return &Refusal{"BAD_USER_INPUT", message} }
