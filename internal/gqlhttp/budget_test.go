package gqlhttp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"

	"minidock/internal/fault"
)

// ended returns a context in which nothing is waited for.
func ended(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

// isFree says whether nothing is held, nor waits.
func (b *budget) isFree(total int64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.free == total && b.completing == nil && len(b.waiting) == 0 && len(b.networks) == 0
}

func TestRequestsThatHoldSomethingDoNotBlockEachOther(t *testing.T) {
	t.Parallel()
	const largest, total = 10, 25
	b := newBudget(total, largest, total)
	held := []*holding{b.hold(""), b.hold(""), b.hold("")}
	for _, h := range held {
		if !h.tryGrow(5) {
			t.Fatal("the budget is not free")
		}
	}
	if !held[0].tryGrow(5) {
		t.Error("no request can be completed")
	}
	if held[1].tryGrow(1) || b.hold("").tryGrow(1) {
		t.Error("more than one uses what is reserved")
	}
	if err := held[1].grow(ended(t), 5); !errors.Is(err, fault.ErrUnavailable) {
		t.Errorf("until its end: %v", err)
	}
	grown := make(chan error)
	for _, h := range held[1:] {
		go func() {
			err := h.grow(t.Context(), 5)
			h.release()
			grown <- err
		}()
	}
	held[0].release()
	for range held[1:] {
		if err := <-grown; err != nil {
			t.Error(err)
		}
	}
	if !b.isFree(total) {
		t.Errorf("left: %+v", b)
	}
}

// If they could block each other, the test would not end.
func TestManyRequestsThatGrowAreAllCompleted(t *testing.T) {
	t.Parallel()
	const largest, total = 20, 50
	b := newBudget(total, largest, total/2)
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			h := b.hold(string(rune('a' + i%3)))
			defer h.release()
			for range largest {
				if err := h.grow(t.Context(), 1); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if !b.isFree(total) {
		t.Errorf("left: %+v", b)
	}
}

func TestOneNetworkAddressHoldsNoMoreThanItsShare(t *testing.T) {
	t.Parallel()
	b := newBudget(100, 10, 50)
	slow := b.hold("192.0.2.1")
	if !slow.tryGrow(50) {
		t.Fatal("less than the share")
	}
	completed := b.hold("192.0.2.1")
	if !completed.tryGrow(10) {
		t.Error("no request of the address can be completed")
	}
	if b.hold("192.0.2.1").tryGrow(1) || !b.hold("192.0.2.2").tryGrow(30) {
		t.Error("not the share of each address")
	}
}

func TestABodyHoldsTheMemoryOfWhatHasArrived(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, firstChunk - 1, firstChunk, firstChunk + 1, chunkBytes, 3*chunkBytes + 5, 100_000} {
		sent := strings.Repeat("0123456789", size/10+1)[:size]
		for name, from := range map[string]io.Reader{
			"at once": strings.NewReader(sent), "byte by byte": iotest.OneByteReader(strings.NewReader(sent)), "with its end": iotest.DataErrReader(strings.NewReader(sent)),
		} {
			b := newBudget(1<<30, 1<<20, 1<<30)
			received := &body{from: from, memory: b.hold("")}
			for _, most := range []int64{int64(size) - 1, int64(size)} {
				isMore, err := received.read(t.Context(), most)
				if err != nil || isMore != (int64(size) > most) {
					t.Errorf("%s: %d of %d: more %t, %v", name, most, size, isMore, err)
				}
			}
			held := int64(0)
			for _, chunk := range received.chunks {
				held += int64(cap(chunk))
			}
			if held != received.memory.bytes || held > int64(size)+max(firstChunk, min(int64(size), chunkBytes)) {
				t.Errorf("%s: %d bytes in memory and %d held for %d", name, held, received.memory.bytes, size)
			}
			if !bytes.Equal(received.bytes(), []byte(sent)) {
				t.Errorf("%s: %d bytes are others", name, size)
			}
		}
	}
}

func TestABodyThatIsLateSinceItWaitedForMemoryIsUnavailable(t *testing.T) {
	t.Parallel()
	for hasWaited, want := range map[bool]*fault.Refusal{true: fault.ErrUnavailable, false: fault.ErrTimeout} {
		memory := newBudget(1<<20, 1<<20, 1<<20).hold("")
		memory.hasWaited = hasWaited
		late := &body{from: iotest.ErrReader(os.ErrDeadlineExceeded), memory: memory}
		if _, err := late.read(t.Context(), 10); unreadable(err, errUnreadable) != want {
			t.Errorf("waited %t: %v", hasWaited, err)
		}
	}
}

func TestAFileThatCannotBeWrittenIsUnavailable(t *testing.T) {
	t.Parallel()
	full := fmt.Errorf("copy: %w", &fs.PathError{Op: "write", Path: "secret", Err: syscall.ENOSPC})
	if got := unreadable(full, errFormEnds); got.Code != "UNAVAILABLE" || strings.Contains(got.Message, "secret") {
		t.Errorf("got %v", got)
	}
}

// panicking are viewers who cannot be read.
type panicking struct{ strangers }

func (panicking) UserID(context.Context) (string, error) { panic("no viewer") }

func TestTrapAPanicHoldsNothing(t *testing.T) {
	t.Parallel()
	h := newHandler(t, func(c *Config) { c.Viewers = panicking{} })
	form := "--x\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n{\"query\":\"{a}\"}\r\n--x\r\nContent-Disposition: form-data; name=\"map\"\r\n\r\n{\"0\":[\"variables.a\"]}\r\n--x--\r\n"
	for contentType, body := range map[string]string{"application/json": `{"query":"{ launchTargets { id } }"}`, "multipart/form-data; boundary=x": form} {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
		request.Header.Set("Content-Type", contentType)
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", contentType)
				}
			}()
			h.ServeHTTP(httptest.NewRecorder(), request)
		}()
		if !h.memory.isFree(h.Limits.BodyMemory) {
			t.Errorf("%s: something is held", contentType)
		}
	}
}

func TestTheEndOfABodyWaitsForNoRoom(t *testing.T) {
	t.Parallel()
	b := newBudget(100, 20, 100)
	finished, other := b.hold(""), b.hold("")
	body := &limitedBody{ReadCloser: io.NopCloser(strings.NewReader(strings.Repeat("x", 80))), left: 100, received: func(n int64) error {
		return finished.grow(ended(t), n)
	}}
	if _, err := io.ReadFull(body, make([]byte, 80)); err != nil {
		t.Fatal(err)
	}
	if !other.tryGrow(10) {
		t.Fatal("nobody uses what is reserved")
	}
	if n, err := body.Read(make([]byte, 10)); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("the end of a body: %d, %v", n, err)
	}
}
