package picture

import (
	"context"
	"encoding/binary"
	"math"
	"sync"

	"golang.org/x/sync/semaphore"
)

const (
	// maxMemory is the most bytes that the pixels of a picture may need while it is decoded and encoded, tables what decoding and encoding need
	// beside them; memory is what all pictures may need at once.
	maxMemory = 96 << 20
	tables    = 1 << 20
	memory    = 2 * (maxMemory + tables)
	// maxSamples is the most samples that the scans of a JPEG may have together: each scan visits every pixel of its components. What
	// converts the colours of a pixel counts as some samples.
	maxSamples = 400_000_000
)

// cost is what a picture costs for each pixel.
type cost struct{ bytes, samples float64 }

// maxSide returns the longest side that such a picture may have.
func (c cost) maxSide() int {
	pixels := maxMemory / c.bytes
	if c.samples > 0 {
		pixels = min(pixels, maxSamples/c.samples)
	}
	return int(math.Sqrt(pixels))
}

// memory returns how many bytes a picture of this side needs.
func (c cost) memory(side int) int64 { return tables + int64(c.bytes*float64(side)*float64(side)) }

func costOfJPEG(content []byte) cost {
	f := frameOf(content)
	c := cost{bytes: f.samples, samples: float64(f.scanned)}
	if f.progressive {
		c.bytes += 4 * f.samples // its coefficients
	}
	if f.components == 4 {
		c.bytes += 4 // the four inks side by side
	}
	if s := spaceOfJPEG(content, f); s != nil {
		c.samples += s.samples()
		if f.components > 1 {
			c.bytes += 4 // the picture in sRGB
		}
	}
	if orientationOfJPEG(content) != (orientation{}) {
		c.bytes += 4 // the upright picture
	}
	return c
}

// costOfPNG reads the header: bytes 8 and 9 of it are the depth and the type of colour, byte 12 says whether it is interlaced.
func costOfPNG(content []byte) cost {
	header := headerOfPNG(content)
	depth, colour, interlaced := header[8], header[9], header[12] == 1
	bytes := map[byte]float64{0: 1, 3: 1, 2: 4, 4: 4, 6: 4}[colour]
	if colour == 0 && hasChunk(content, "tRNS") { // one grey is clear, so that all pixels have an opacity
		bytes = 4
	}
	if depth == 16 {
		bytes *= 2
	}
	if interlaced { // each pass is decoded for itself
		bytes *= 2
	}
	if orientationOfPNG(content) != (orientation{}) {
		bytes += map[bool]float64{true: bytes / 2, false: bytes}[interlaced]
	}
	c := cost{bytes: max(1, bytes)}
	if s := spaceOfPNG(content); s != nil && colour != 3 {
		c.samples = s.samples()
	}
	return c
}

// headerOfPNG returns the data of the header chunk, which comes first.
func headerOfPNG(content []byte) []byte {
	const begin, size = 16, 13
	if len(content) < begin+size || binary.BigEndian.Uint32(content[8:]) != size {
		return make([]byte, size)
	}
	return content[begin : begin+size]
}

// turns are shared by all pictures of the process.
var turns = &queue{memory: semaphore.NewWeighted(memory), users: map[string]*place{}}

// queue lets so many pictures be worked on at once as the memory holds, and one of each user.
type queue struct {
	memory *semaphore.Weighted

	mu    sync.Mutex
	users map[string]*place
}

// place is a user's: one of those who wait has it.
type place struct {
	free    chan struct{}
	waiting int
}

// take waits for a turn of this user with this much memory, until the context ends. Release must be called after it.
func (q *queue) take(ctx context.Context, user string, bytes int64) (release func(), err error) {
	leave, err := q.enter(ctx, user)
	if err != nil {
		return nil, err
	}
	if err := q.memory.Acquire(ctx, bytes); err != nil {
		leave()
		return nil, err
	}
	return func() {
		q.memory.Release(bytes)
		leave()
	}, nil
}

func (q *queue) enter(ctx context.Context, user string) (leave func(), err error) {
	q.mu.Lock()
	own := q.users[user]
	if own == nil {
		own = &place{free: make(chan struct{}, 1)}
		own.free <- struct{}{}
		q.users[user] = own
	}
	own.waiting++
	q.mu.Unlock()
	select {
	case <-own.free:
		return func() {
			own.free <- struct{}{}
			q.forget(user, own)
		}, nil
	case <-ctx.Done():
		q.forget(user, own)
		return nil, ctx.Err()
	}
}

func (q *queue) forget(user string, own *place) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if own.waiting--; own.waiting == 0 {
		delete(q.users, user)
	}
}
