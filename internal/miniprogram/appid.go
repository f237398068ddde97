package miniprogram

import (
	"crypto/rand"
	"math/big"
)

// The app ids: 16 decimal digits, the first not 0.
var (
	lowestAppID = big.NewInt(1_000_000_000_000_000)
	appIDs      = big.NewInt(9_000_000_000_000_000)
)

// newAppID draws an app id. That it was never given before is for the database to say.
func newAppID() string {
	n, err := rand.Int(rand.Reader, appIDs)
	if err != nil {
		panic(err) // crypto/rand never fails
	}
	return n.Add(n, lowestAppID).String()
}
