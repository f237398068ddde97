// Package secret seals texts that the program must read again, and that nobody can read who has the database alone.
package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// Sealed is how every sealed text begins. The key's id follows, then the text.
const Sealed = "v1."

// ErrOtherKey says that a text was sealed with another key.
var ErrOtherKey = errors.New("sealed with another key")

// keySize is the size of a key in bytes: that of AES-256.
const keySize = 32

// Key seals and opens texts.
type Key struct {
	id   string
	aead cipher.AEAD
	// signing is derived from the key, so that no signature is made with what encrypts.
	signing []byte
}

// NewKey makes a key of 32 random bytes.
func NewKey(random []byte) (*Key, error) {
	if len(random) != keySize {
		return nil, fmt.Errorf("a key has %d bytes; found %d", keySize, len(random))
	}
	block, err := aes.NewCipher(random)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	id := sha256.Sum256(append([]byte("minidock key id\x00"), random...))
	return &Key{id: hex.EncodeToString(id[:8]), aead: aead, signing: mac(random, "minidock signing key")}, nil
}

// Mark returns how all texts begin that are sealed with this key.
func (k *Key) Mark() string { return Sealed + k.id + "." }

// Seal encrypts a text for its owner, who is not in it: nobody can pass it off as another owner's.
func (k *Key) Seal(text, owner string) string {
	return k.Mark() + base64.RawStdEncoding.EncodeToString(k.aead.Seal(nil, nil, []byte(text), []byte(owner)))
}

// Sign returns the signature of a text, which only the holder of the key can make.
func (k *Key) Sign(text string) string {
	return base64.RawURLEncoding.EncodeToString(mac(k.signing, text))
}

// HasSigned says whether this is the signature of a text.
func (k *Key) HasSigned(text, signature string) bool {
	return hmac.Equal([]byte(k.Sign(text)), []byte(signature))
}

func mac(key []byte, text string) []byte {
	hash := hmac.New(sha256.New, key)
	hash.Write([]byte(text))
	return hash.Sum(nil)
}

// Open returns a text that was sealed for this owner. The error is ErrOtherKey when it was sealed with another key.
func (k *Key) Open(sealed, owner string) (string, error) {
	encoded, ok := strings.CutPrefix(sealed, k.Mark())
	if !ok {
		return "", ErrOtherKey
	}
	encrypted, err := base64.RawStdEncoding.DecodeString(encoded)
	if err != nil {
		return "", fmt.Errorf("open a sealed text: %w", err)
	}
	text, err := k.aead.Open(nil, nil, encrypted, []byte(owner))
	if err != nil {
		return "", fmt.Errorf("open a sealed text: %w", err)
	}
	return string(text), nil
}
