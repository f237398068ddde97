package gqlhttp

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"sync"

	"minidock/internal/fault"
	"minidock/internal/limit"
)

// newMemory returns the budget of the bodies in memory, of which one network address has half.
func newMemory(limits limit.GraphQL) *budget {
	largest := max(limits.BodyBytes, fieldMemory*(limits.BesideBytes+formBytes), limits.SocketFrame) + 1
	return newBudget(limits.BodyMemory, largest, limits.BodyMemory/2)
}

// A body is read in chunks: small ones first, since most bodies are, and then those of chunkBytes, which are used again.
const (
	firstChunk = 1 << 10
	chunkBytes = 16 << 10
)

var chunks = sync.Pool{New: func() any { return new([chunkBytes]byte) }}

// body is what has been read of a request's body. Its memory is taken from a budget, chunk by chunk as it arrives.
type body struct {
	from   io.Reader
	memory *holding
	// chunks are full, but for the last one.
	chunks [][]byte
	size   int64
}

// read reads until the body ends, or says that it has more bytes than these. A body that is late because it had to wait for memory is
// refused with UNAVAILABLE.
func (b *body) read(ctx context.Context, most int64) (isMore bool, err error) {
	for b.size <= most {
		chunk, err := b.chunk(ctx, most+1-b.size)
		if err != nil {
			return false, err
		}
		n, err := b.from.Read((*chunk)[len(*chunk):cap(*chunk)])
		*chunk = (*chunk)[:len(*chunk)+n]
		b.size += int64(n)
		switch {
		case errors.Is(err, io.EOF):
			return b.size > most, nil
		case b.memory.hasWaited && errors.Is(err, os.ErrDeadlineExceeded):
			return false, fault.ErrUnavailable
		case err != nil:
			return false, err
		}
	}
	return true, nil
}

// chunk returns the chunk that is read into, which has room for at least one byte. A new one has room for at most these.
func (b *body) chunk(ctx context.Context, most int64) (*[]byte, error) {
	last := len(b.chunks) - 1
	if last >= 0 && len(b.chunks[last]) < cap(b.chunks[last]) {
		return &b.chunks[last], nil
	}
	size := min(max(firstChunk, b.size), chunkBytes, most)
	if err := b.memory.grow(ctx, size); err != nil {
		return nil, err
	}
	if size == chunkBytes {
		b.chunks = append(b.chunks, chunks.Get().(*[chunkBytes]byte)[:0])
	} else {
		b.chunks = append(b.chunks, make([]byte, 0, size))
	}
	return &b.chunks[last+1], nil
}

// bytes returns all that has been read, in place of the chunks. What it is read from is not read any more.
func (b *body) bytes() []byte {
	if len(b.chunks) == 1 && cap(b.chunks[0]) < chunkBytes {
		return b.chunks[0]
	}
	defer b.discard()
	return slices.Concat(b.chunks...)
}

// discard lets other bodies use the chunks. Their bytes are held until the memory is released.
func (b *body) discard() {
	for _, chunk := range b.chunks {
		if cap(chunk) == chunkBytes {
			chunks.Put((*[chunkBytes]byte)(chunk[:chunkBytes]))
		}
	}
	b.chunks = nil
}
