package token

import (
	"crypto/rand"
	"fmt"
	"hash/crc32"
	"math/big"
	"strings"
)

// A token for machines is a prefix, by which scanners of source code can find it, 256 random bits, and a checksum of what stands before, by
// which a malformed one is refused unread.
const (
	machinePrefix = "mdk_"
	randomDigits  = 43
	sumDigits     = 6
	machineLength = len(machinePrefix) + randomDigits + sumDigits
	base62        = 62
)

// NewForMachine returns a token for machines.
func NewForMachine() string {
	random := make([]byte, 32)
	_, _ = rand.Read(random) // never fails
	text := machinePrefix + digits(new(big.Int).SetBytes(random), randomDigits)
	return text + checksum(text)
}

// IsForMachine says whether a text looks like a token for machines, of which it has the form and the checksum.
func IsForMachine(text string) bool {
	if len(text) != machineLength || !strings.HasPrefix(text, machinePrefix) {
		return false
	}
	before := text[:machineLength-sumDigits]
	return text[len(before):] == checksum(before)
}

func checksum(text string) string {
	return digits(new(big.Int).SetUint64(uint64(crc32.ChecksumIEEE([]byte(text)))), sumDigits)
}

// digits writes a number in base 62 with leading zeros.
func digits(number *big.Int, width int) string {
	return fmt.Sprintf("%0*s", width, number.Text(base62))
}
