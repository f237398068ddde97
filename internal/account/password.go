package account

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"minidock/internal/fault"
	"minidock/internal/text"
)

// A password's length in bytes.
const (
	minPassword = 8
	maxPassword = 256
)

// checkPassword judges a new password that was entered in this field. About are the owner's address and name, which are guessed first.
func checkPassword(field, password string, errs *fault.UserErrors, about ...string) {
	switch n := len(password); {
	case n == 0:
		errs.Add(field, fault.Blank)
	case n < minPassword:
		errs.Add(field, fault.TooShort, fault.InBytes(password, n, minPassword, maxPassword, "password")...)
	case n > maxPassword:
		errs.Add(field, fault.TooLong, fault.InBytes(password, n, minPassword, maxPassword, "")...)
	case isCommon(password) || isAbout(password, about):
		errs.Add(field, fault.TooCommon)
	}
}

func isCommon(password string) bool {
	_, found := slices.BinarySearch(commonest(), strings.ToLower(password))
	return found
}

// isAbout says whether a password is one of these texts, or the part of one before its @.
func isAbout(password string, about []string) bool {
	folded := text.Fold(password)
	for _, one := range about {
		one = text.Fold(one)
		local, _, _ := strings.Cut(one, "@")
		if folded == one || folded == local {
			return true
		}
	}
	return false
}

// passwords are in lower case and sorted, one a line.
//
//go:embed passwords.txt
var passwords string

// commonest has the leaked passwords of at least the shortest length, the most frequent ones, from when it is first needed.
var commonest = sync.OnceValue(func() []string { return strings.Fields(passwords) })
