package remote

import (
	"errors"
	"time"
)

// The exit codes of the commands, besides 0.
const (
	exitRefused     = 1
	exitUsage       = 2
	exitUnreachable = 3
)

// unreachable is the code of problems that are the connection's, which no server gives.
const unreachable = "UNREACHABLE"

// ErrRefused is the error of what the server refused, after the reasons have been written to Stdout.
var ErrRefused = errors.New("refused")

// failure is why something was not done.
type failure struct {
	// exit is the exit code of the program.
	exit int
	// code is what the server calls it.
	code    string
	message string
	// isTemporary is whether the request may succeed when it is sent again, after the time that the server asks for, if any.
	isTemporary bool
	after       time.Duration
}

func (f *failure) Error() string { return f.message }

// ExitCode is the exit code of a program that ends with the failure.
func (f *failure) ExitCode() int { return f.exit }

func usage(message string) error { return &failure{exit: exitUsage, message: message} }

// asFailure returns the failure that an error is.
func asFailure(err error) *failure {
	var f *failure
	if !errors.As(err, &f) {
		f = &failure{exit: exitUnreachable, code: unreachable, message: err.Error()}
	}
	return f
}
