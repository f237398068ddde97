package account

import (
	"context"
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

// nobodysHash stands in for the hash of an account that does not exist, so that its absence costs the same. What it is the
// hash of was drawn at random and kept nowhere.
const nobodysHash = "$argon2id$v=19$m=19456,t=2,p=1$Z5AVuhDLL88coqY0fE+ZGA$xN2IHIyQkB31BpXIpYied7fTtYmSGHR9tcIaGHM8AOs"

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

func hashPassword(ctx context.Context, password string) (string, error) {
	if err := takeTurn(ctx); err != nil {
		return "", err
	}
	defer endTurn()
	return argon2id.CreateHash(password, hashing)
}

func matchesHash(ctx context.Context, password, hash string) (bool, error) {
	if err := takeTurn(ctx); err != nil {
		return false, err
	}
	defer endTurn()
	return argon2id.ComparePasswordAndHash(password, hash)
}

// takeTurn waits for a core. Whoever gives up meanwhile costs nothing.
func takeTurn(ctx context.Context) error {
	select {
	case hashers <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func endTurn() { <-hashers }

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
