// Package blob keeps files under the hash of their content, in a folder or in whatever else implements Store.
package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strings"
	"time"
)

// File is an upload as the areas see it. Name and ContentType are the client's claims; Size is in
// bytes.
type File struct {
	Name, ContentType string
	Size              int64
	Content           io.ReadSeeker
	// Draft is the content as it was received, which can be kept.
	Draft Draft
}

// Store keeps blobs. It is safe for concurrent use, also by several processes.
type Store interface {
	// Create begins a blob. The caller writes its content, and then keeps or discards it.
	Create(ctx context.Context) (Draft, error)
	// Open returns the blob of that name, for the caller to close. The error is fs.ErrNotExist for anything that is not exactly a name which
	// Keep has returned.
	Open(ctx context.Context, name string) (Content, error)
	// Delete deletes the blob of that name, used or not; one that is not there is no error. Only Sweep can tell whether somebody is about to
	// use it again.
	Delete(ctx context.Context, name string) error
	// Sweep deletes the blobs that were last kept before that time and are not used, and what a crash left unfinished before it. It deletes
	// nothing else.
	//
	// A caller that keeps a blob must refer to it sooner than that time is ago. Then several processes may sweep while others keep: a blob
	// that is kept again meanwhile stays. After the failure to delete a file Sweep goes on with the others, and returns the first error.
	Sweep(ctx context.Context, before time.Time, used Used) error
	// Claim makes an owner the one whose blobs these are, if they have none yet. The error is ErrOtherOwner if they have another: what
	// is not used by this owner may be used by that one.
	Claim(owner string) error
}

// Draft is a blob that is being written, by one goroutine. What was written can be read before it is kept.
type Draft interface {
	io.Writer
	io.ReaderAt
	// Size is how many bytes were written, and Hash their SHA-256 in hex.
	Size() int64
	Hash() string
	// Keep stores the content and returns its name, the hash and ext, which is ".png", ".jpg", ".zip" or ".txt". When it returns without an
	// error, the content survives a crash. Content that is stored already is not stored again, but is as new for Sweep. Nothing can be written
	// after it, but the draft can be read, and kept again, until it is discarded.
	Keep(ctx context.Context, ext string) (name string, err error)
	// Discard ends the draft, and drops what was not kept. Each draft must be discarded; a second time does nothing.
	Discard()
}

// Content is the content of a blob. Ranges may be read at once with ReadAt.
type Content interface {
	io.ReadSeeker
	io.ReaderAt
	io.Closer
	// Size is in bytes.
	Size() int64
}

// Used returns those of the names, at most 500 of them, that something refers to.
type Used func(ctx context.Context, names []string) ([]string, error)

// AnyOf returns what any of several refers to.
func AnyOf(several ...Used) Used {
	return func(ctx context.Context, names []string) (all []string, err error) {
		for _, used := range several {
			some, err := used(ctx, names)
			if err != nil {
				return nil, err
			}
			all = slices.Concat(all, some)
		}
		return all, nil
	}
}

// Put stores content that is in memory and returns its name, as Draft.Keep does.
func Put(ctx context.Context, s Store, ext string, content []byte) (name string, err error) {
	draft, err := s.Create(ctx)
	if err != nil {
		return "", err
	}
	defer draft.Discard()
	if _, err := io.Copy(draft, bytes.NewReader(content)); err != nil {
		return "", err
	}
	return draft.Keep(ctx, ext)
}

// extensions are those that a name may end with.
var extensions = []string{"png", "jpg", "zip", "txt"}

// isName says whether a name is that of a blob, and no path that leads elsewhere.
func isName(name string) bool {
	hash, ext, _ := strings.Cut(name, ".")
	return len(hash) == hex.EncodedLen(sha256.Size) && strings.Trim(hash, "0123456789abcdef") == "" && slices.Contains(extensions, ext)
}
