// Package email has email addresses that are valid by construction.
package email

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"minidock/internal/text"
)

// MaxBytes is the longest address, in bytes, that mail servers have to carry.
const MaxBytes = 254

// The reasons for which Parse refuses an address.
var (
	ErrBlank   = errors.New("email: blank")
	ErrFormat  = errors.New("email: not a plain address")
	ErrTooLong = errors.New("email: longer than 254 bytes")
)

// Address is one plain email address. The zero value is no address.
type Address struct {
	typed, canonical string
}

// Parse reads one plain address: an ASCII local part without quotes, and a domain with a dot, in ASCII or not.
// It refuses with ErrBlank, ErrFormat, or ErrTooLong if a well-formed address passes MaxBytes in either form.
func Parse(raw string) (Address, error) {
	address, err := read(raw)
	if err == nil && address.size() > MaxBytes {
		return Address{}, ErrTooLong
	}
	return address, err
}

// Size returns the bytes of an address, in the longer of its two forms, which may be more than Parse accepts; 0 if it is no address.
func Size(raw string) int {
	address, _ := read(raw)
	return address.size()
}

func (a Address) size() int { return max(len(a.typed), len(a.canonical)) }

// read is Parse without a limit of the length.
func read(raw string) (Address, error) {
	typed := text.Clean(raw)
	if typed == "" {
		return Address{}, ErrBlank
	}
	local, host, _ := strings.Cut(typed, "@")
	domain, ok := canonicalDomain(host)
	if !ok || !isDotAtom(local) {
		return Address{}, ErrFormat
	}
	return Address{typed: typed, canonical: strings.ToLower(local) + "@" + domain}, nil
}

// String returns the address as it was typed, in NFC and without white space around it.
func (a Address) String() string { return a.typed }

// Canonical returns the address in lower case with the domain in punycode: addresses are the same if this is.
func (a Address) Canonical() string { return a.canonical }

func isDotAtom(local string) bool {
	for atom := range strings.SplitSeq(local, ".") {
		if atom == "" || strings.ContainsFunc(atom, func(r rune) bool { return !isAtomic(r) }) {
			return false
		}
	}
	return true
}

func isAtomic(r rune) bool {
	return isLetterOrDigit(r) || strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r)
}

func isLetterOrDigit(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}

const (
	maxLabel = 63
	// Punycode takes time by the square of a label, and no label this long, in runes, fits into maxLabel.
	maxTypedLabel = 4 * maxLabel
)

// canonicalDomain returns host in lower-case punycode; full-width letters and dots become plain ones.
func canonicalDomain(host string) (domain string, ok bool) {
	if _, odd := text.Illegal(host, false); odd || strings.ContainsFunc(host, unicode.IsSpace) {
		return "", false
	}
	for label := range strings.FieldsFuncSeq(host, isDot) {
		if utf8.RuneCountInString(label) > maxTypedLabel {
			return "", false
		}
	}
	domain, err := idna.Lookup.ToASCII(host)
	return domain, err == nil && isDomain(domain)
}

func isDot(r rune) bool { return r == '.' || r == '。' || r == '．' || r == '｡' }

// isDomain says whether the ASCII domain has at least two labels of valid length, the last of which is a name.
func isDomain(domain string) bool {
	for label := range strings.SplitSeq(domain, ".") {
		if label == "" || len(label) > maxLabel {
			return false
		}
	}
	dot := strings.LastIndexByte(domain, '.')
	return dot > 0 && strings.ContainsFunc(domain[dot:], func(r rune) bool { return 'a' <= r && r <= 'z' })
}
