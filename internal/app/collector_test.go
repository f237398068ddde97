package app

import (
	"math"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
)

func TestTheMemoryLimitFollowsWhatIsLive(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ live, other, available, want int64 }{
		{0, 0, math.MaxInt64, usualMemory},
		{usualMemory / 2, 0, math.MaxInt64, usualMemory},
		{usualMemory / 2, usualMemory, math.MaxInt64, usualMemory/2 + usualMemory/4 + usualMemory},
		{usualMemory, 0, math.MaxInt64, usualMemory + usualMemory/2},
		{1 << 30, 0, 2 << 30, 3 << 29},
		{1 << 30, 0, 1 << 30, 1 << 30},
		{0, 0, usualMemory / 2, usualMemory / 2},
	} {
		if got := limitFor(c.live, c.other, c.available); got != c.want {
			t.Errorf("%d live and %d other of %d: %d, want %d", c.live, c.other, c.available, got, c.want)
		}
	}
}

// It is not parallel, since it is about the whole process.
func TestTheCollectorIsTunedUnlessTheEnvironmentDoesIt(t *testing.T) {
	percent, limit := collectorSettings()
	t.Cleanup(func() {
		debug.SetGCPercent(int(percent))
		debug.SetMemoryLimit(int64(limit))
	})
	TuneCollector(t.Context(), func(string) bool { return true })
	if p, l := collectorSettings(); p != percent || l != limit {
		t.Errorf("set by the environment: %d%% and %d bytes have become %d and %d", percent, limit, p, l)
	}
	TuneCollector(t.Context(), func(string) bool { return false })
	if p, l := collectorSettings(); p != collectorPercent || l != usualMemory {
		t.Errorf("got %d%% and %d bytes, want %d and %d", p, l, collectorPercent, usualMemory)
	}
	live := make([]byte, usualMemory)
	for _, l := collectorSettings(); l < usualMemory+usualMemory/2; _, l = collectorSettings() {
		runtime.GC()
	}
	runtime.KeepAlive(live)
	for _, l := collectorSettings(); l > usualMemory; _, l = collectorSettings() {
		runtime.GC()
	}
}

// collectorSettings returns the percentage and the limit that hold.
func collectorSettings() (percent, limit uint64) {
	samples := []metrics.Sample{{Name: "/gc/gogc:percent"}, {Name: "/gc/gomemlimit:bytes"}}
	metrics.Read(samples)
	return samples[0].Value.Uint64(), samples[1].Value.Uint64()
}
