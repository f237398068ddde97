// Package id makes and reads the opaque global ids of the API: a prefix that names the type, and a part that is
// unique in it.
package id

import (
	"encoding/base32"
	"encoding/binary"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

// Kind is the prefix that names a type.
type Kind string

// The kinds of objects that have an id.
const (
	User         Kind = "usr"
	Viewer       Kind = "vwr"
	Workspace    Kind = "wsp"
	Member       Kind = "mem"
	MiniProgram  Kind = "mpr"
	Industry     Kind = "ind"
	LaunchTarget Kind = "ltg"
	Session      Kind = "ses"
	Invitation   Kind = "inv"
	AuditEvent   Kind = "aud"
	StaffMember  Kind = "stf"
	Version      Kind = "ver"
	Task         Kind = "tsk"
	ApiToken     Kind = "tok"
	// The kinds below are in the database only.
	QuotaUse       Kind = "quo"
	IdempotencyKey Kind = "idk"
	Targeting      Kind = "tgt"
	Mail           Kind = "eml"
	Job            Kind = "job"
	SecondFactor   Kind = "sfa"
)

// crockford sorts as the bytes that it encodes.
var crockford = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// New returns a new id. Ids of one kind sort by the time they were made.
func New(kind Kind) string { return At(kind, time.Now()) }

// made counts the ids that this process has made.
var made atomic.Uint64

// At returns a new id that is made from a moment: ids of one kind sort by their moments in milliseconds, and those of one moment in the
// order in which this process made them.
func At(kind Kind, moment time.Time) string {
	// A version 7 UUID whose random part begins with 30 bits of a counter, as RFC 9562 suggests in section 6.2, method 1.
	u, n := uuid.New(), made.Add(1)
	binary.BigEndian.PutUint64(u[:8], uint64(moment.UnixMilli())<<16|0x7000|n>>18&0xfff)
	u[8] = 0x80 | byte(n>>12&0x3f)
	u[9], u[10] = byte(n>>4), byte(n<<4)|u[10]&0xf
	return Of(kind, crockford.EncodeToString(u[:]))
}

// From returns the least id that At can make from a moment, to find what was made since; from a moment before 1970, the least of all.
func From(kind Kind, moment time.Time) string {
	var u [16]byte
	binary.BigEndian.PutUint64(u[:8], uint64(max(0, moment.UnixMilli()))<<16)
	return Of(kind, crockford.EncodeToString(u[:]))
}

// Of returns the id of the object of this kind with this key in its catalogue.
func Of(kind Kind, key string) string { return string(kind) + "_" + key }

// maxLength is more than the length of any id that was ever given.
const maxLength = 64

// Split returns the kind and the key of an id; ok is false when it does not look like one.
func Split(id string) (kind Kind, key string, ok bool) {
	prefix, key, ok := strings.Cut(id, "_")
	if !ok || len(id) > maxLength || !isWord(prefix) || !isWord(key) {
		return "", "", false
	}
	return Kind(prefix), key, true
}

// KindOf returns the kind of an id, or "" when it does not look like one.
func KindOf(id string) Kind {
	kind, _, _ := Split(id)
	return kind
}

// Distinct returns each of the ids once, sorted.
func Distinct(ids []string) []string { return slices.Compact(slices.Sorted(slices.Values(ids))) }

func isWord(s string) bool {
	return s != "" && strings.Trim(s, "_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}
