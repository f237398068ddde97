package limit

import (
	"strings"
	"testing"
	"time"
)

func TestALimitTakesValuesOfItsKind(t *testing.T) {
	t.Parallel()
	got := Default
	for _, s := range []struct{ name, value string }{
		{"query-depth", "3"}, {"query-cost", "1000000000"}, {"body-bytes", "1"}, {"file-bytes", "1GiB"}, {"beside-bytes", "2KiB"},
		{"header-bytes", "3MiB"}, {"request-time", "1ms"}, {"upload-time", "24h"}, {"read-time", "1m30s"},
	} {
		if err := got.Set(s.name, s.value); err != nil {
			t.Error(err)
		}
	}
	want := Default
	want.QueryDepth, want.QueryCost = 3, 1_000_000_000
	want.BodyBytes, want.FileBytes, want.BesideBytes, want.HeaderBytes = 1, 1<<30, 2048, 3<<20
	want.RequestTime, want.UploadTime, want.ReadTime = time.Millisecond, 24*time.Hour, 90*time.Second
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestWhatIsNoLimitIsRefused(t *testing.T) {
	t.Parallel()
	for kind, test := range map[string]struct {
		name, allowed string
		values        []string
	}{
		"a number": {"query-depth", "a whole number from 1 to 1000000000", []string{"", "0", "-1", "1.5", "x", "1KiB", "3s", "1000000001", "99999999999999999999", " 3"}},
		"bytes":    {"body-bytes", "a number of bytes from 1 to 1GiB", []string{"", "0", "-1", "KiB", "0KiB", "1.5MiB", "1kb", "2GiB", "1025MiB", "9007199254740993KiB", "1 KiB", "1KiBKiB"}},
		"a time":   {"read-time", "a time from 1ms to 720h", []string{"", "0", "0s", "-1s", "10", "999us", "721h", "99999999h", "x"}},
	} {
		for _, value := range test.values {
			limits := Default
			err := limits.Set(test.name, value)
			if err == nil || limits != Default {
				t.Errorf("%s takes %q", kind, value)
				continue
			}
			for _, told := range []string{test.name, `"` + value + `"`, test.allowed} {
				if !strings.Contains(err.Error(), told) {
					t.Errorf("%q is not told: %v", told, err)
				}
			}
		}
	}
}

func TestAnUnknownLimitIsRefusedWithTheKnownOnes(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"nonsense", "", "Query-Depth", "QueryDepth", "query_depth"} {
		limits := Default
		err := limits.Set(name, "1")
		if err == nil || limits != Default {
			t.Fatalf("%q is taken", name)
		}
		for _, s := range limits.settings() {
			if !strings.Contains(err.Error(), s.name) || !strings.Contains(err.Error(), `"`+name+`"`) {
				t.Errorf("%q or %s is not told: %v", name, s.name, err)
			}
		}
	}
}

func TestAllThatIsWrongIsToldAtOnce(t *testing.T) {
	t.Parallel()
	_, err := Default.With(map[string]string{"query-depth": "0", "nonsense": "1", "query-cost": "5"})
	if err == nil || !strings.Contains(err.Error(), "nonsense") || !strings.Contains(err.Error(), "query-depth: ") || strings.Contains(err.Error(), "query-cost: ") {
		t.Errorf("got %v", err)
	}
	limits, err := Default.With(map[string]string{"query-depth": "3", "query-cost": "5"})
	want := Default
	want.QueryDepth, want.QueryCost = 3, 5
	if err != nil || limits != want || Default.QueryDepth != 15 {
		t.Errorf("got %+v, %v", limits, err)
	}
	if limits, err := Default.With(nil); err != nil || limits != Default {
		t.Errorf("of nothing: %+v, %v", limits, err)
	}
}
