package account

import (
	"encoding/json"
	"strings"
	"sync"

	passwords "github.com/ccojocar/zxcvbn-go/data"

	"minidock/internal/fault"
)

// A password's length in bytes.
const (
	minPassword = 8
	maxPassword = 256
)

// checkPassword judges a new password that was entered in this field.
func checkPassword(field, password string, errs *fault.UserErrors) {
	switch n := len(password); {
	case n == 0:
		errs.Add(field, fault.Blank)
	case n < minPassword:
		errs.Add(field, fault.TooShort, "weight", n, "min", minPassword, "max", maxPassword)
	case n > maxPassword:
		errs.Add(field, fault.TooLong, "weight", n, "min", minPassword, "max", maxPassword)
	case isCommon(password):
		errs.Add(field, fault.TooCommon)
	}
}

func isCommon(password string) bool {
	_, found := commonest()[strings.ToLower(password)]
	return found
}

// commonest reads the list of leaked passwords, the most frequent ones, when it is first needed.
var commonest = sync.OnceValue(func() map[string]struct{} {
	var list struct{ List []string }
	content, err := passwords.Asset("data/Passwords.json")
	if err == nil {
		err = json.Unmarshal(content, &list)
	}
	if err != nil {
		panic(err) // the list is part of the program
	}
	common := make(map[string]struct{}, len(list.List))
	for _, password := range list.List {
		if len(password) >= minPassword {
			common[password] = struct{}{}
		}
	}
	return common
})
