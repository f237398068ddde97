package email

import (
	"errors"

	"minidock/internal/fault"
)

// Clean returns the form by which addresses are compared, or records a user error in this field.
func Clean(field, raw string, errs *fault.UserErrors) string {
	address, err := Parse(raw)
	switch {
	case errors.Is(err, ErrBlank):
		errs.Add(field, fault.Blank)
	case errors.Is(err, ErrTooLong):
		errs.Add(field, fault.TooLong, fault.InBytes(raw, Size(raw), 1, MaxBytes, "")...)
	case err != nil:
		errs.Add(field, fault.InvalidFormat, "format", "name@example.com")
	}
	return address.Canonical()
}
