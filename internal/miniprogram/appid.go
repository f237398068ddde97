package miniprogram

import (
	"crypto/rand"
	"math/big"
	"regexp"
)

// The app ids: 16 decimal digits, the first not 0.
var (
	lowestAppID = big.NewInt(1_000_000_000_000_000)
	appIDs      = big.NewInt(9_000_000_000_000_000)
)

// newAppID returns a random app id. The database refuses one that exists.
func newAppID() string {
	n, err := rand.Int(rand.Reader, appIDs)
	if err != nil {
		panic(err) // crypto/rand never fails
	}
	return n.Add(n, lowestAppID).String()
}

var appIDForm = regexp.MustCompile(`^[1-9][0-9]{15}$`)

// isAppID says whether a text has the form of an app id.
func isAppID(text string) bool { return appIDForm.MatchString(text) }
