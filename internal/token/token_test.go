package token

import (
	"encoding/base64"
	"strings"
	"testing"
)

func TestATokenHas256BitsAndItsHashTellsNone(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		token := New()
		hash := Hash(token)
		bits, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil || len(bits) != 256/8 || seen[token] {
			t.Fatalf("%q of %d bits, %v", token, 8*len(bits), err)
		}
		if hash == Hash(token[1:]) || strings.Contains(hash, token) {
			t.Errorf("%q has the hash %q", token, hash)
		}
		seen[token] = true
	}
}
