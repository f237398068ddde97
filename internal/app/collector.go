package app

import (
	"context"
	"math"
	"runtime"
	"runtime/debug"
	"runtime/metrics"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

const (
	// collectorPercent is how much the heap grows before it is collected, in percent of what was live; Go's default is 100.
	collectorPercent = 400
	// usualMemory is the memory that the program keeps to while little of it is live.
	usualMemory = 48 << 20
)

// TuneCollector has the garbage collector run less often than by default, which saves CPU while little memory is live, and more often from
// where that would take much memory. It leaves alone what the environment variables GOGC and GOMEMLIMIT set, of which isSet tells. The
// context ends it.
func TuneCollector(ctx context.Context, isSet func(variable string) bool) {
	if !isSet("GOGC") {
		debug.SetGCPercent(collectorPercent)
	}
	if !isSet("GOMEMLIMIT") {
		limit := &memoryLimit{available: availableMemory()}
		limit.adjust(0, 0)
		adjustAfterCollection(ctx, limit)
	}
}

// memoryLimit is the soft limit of the Go runtime, which follows what is live: a limit below that would have the collector run all the time.
type memoryLimit struct{ current, available int64 }

// availableMemory returns what the program may use of its container's memory, or of the machine's.
func availableMemory() int64 {
	bytes, err := memlimit.ApplyFallback(memlimit.FromCgroup, memlimit.FromSystem)()
	if err != nil || bytes > math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(bytes / 10 * 9) // the rest is for SQLite's caches and the program's own pages
}

// adjustAfterCollection adjusts the limit after each collection from now on.
func adjustAfterCollection(ctx context.Context, limit *memoryLimit) {
	witness := new([64]byte) // not so small that it shares its memory with something that stays
	runtime.AddCleanup(witness, func(limit *memoryLimit) {
		if ctx.Err() != nil {
			return
		}
		limit.adjust(memoryInUse())
		adjustAfterCollection(ctx, limit)
	}, limit)
}

// adjust sets the limit if it is to be another one.
func (l *memoryLimit) adjust(live, other int64) {
	if wanted := limitFor(live, other, l.available); wanted != l.current {
		debug.SetMemoryLimit(wanted)
		l.current = wanted
	}
}

// limitFor returns the limit for this much live memory and other than that of the heap, such as stacks: so much that the heap can grow by half
// before it is collected, but at least the usual, and at most what there is.
func limitFor(live, other, available int64) int64 {
	return min(max(usualMemory, live+live/2+other), available)
}

// memoryInUse returns how many bytes of the heap the last collection found to be live, and how many bytes are other than the heap's.
func memoryInUse() (live, other int64) {
	samples := []metrics.Sample{
		{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/heap/unused:bytes"}, {Name: "/memory/classes/heap/free:bytes"}, {Name: "/memory/classes/heap/released:bytes"},
	}
	metrics.Read(samples)
	other = int64(samples[1].Value.Uint64())
	for _, ofHeap := range samples[2:] {
		other -= int64(ofHeap.Value.Uint64())
	}
	return int64(samples[0].Value.Uint64()), other
}
