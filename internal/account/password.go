package account

import (
	"encoding/json"
	"runtime"
	"strings"
	"sync"

	"github.com/alexedwards/argon2id"
	passwords "github.com/ccojocar/zxcvbn-go/data"

	"minidock/internal/fault"
)

// A password's length in bytes.
const (
	minPassword = 8
	maxPassword = 256
)

var hashing = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// hashers lets as many passwords be hashed at once as there are cores: each takes 19 MiB and all of a core.
var hashers = make(chan struct{}, runtime.NumCPU())

// dummyHash stands in for the hash of an account that does not exist, so that its absence costs the same.
var dummyHash = sync.OnceValues(func() (string, error) { return hashPassword("no account has this password") })

func checkPassword(password string, wrong *fault.List) {
	switch n := len(password); {
	case n == 0:
		wrong.Add("password", fault.Blank)
	case n < minPassword:
		wrong.Add("password", fault.TooShort, "weight", n, "min", minPassword, "max", maxPassword)
	case n > maxPassword:
		wrong.Add("password", fault.TooLong, "weight", n, "min", minPassword, "max", maxPassword)
	case isCommon(password):
		wrong.Add("password", fault.TooCommon)
	}
}

func hashPassword(password string) (string, error) {
	hashers <- struct{}{}
	defer func() { <-hashers }()
	return argon2id.CreateHash(password, hashing)
}

func matchesHash(password, hash string) (bool, error) {
	hashers <- struct{}{}
	defer func() { <-hashers }()
	return argon2id.ComparePasswordAndHash(password, hash)
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
