package id

import (
	"slices"
	"strings"
	"testing"
)

func TestNewIDsDifferSortByTimeAndNameTheirKind(t *testing.T) {
	t.Parallel()
	var ids []string
	for range 10_000 {
		ids = append(ids, New(MiniProgram))
	}
	if !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != len(ids) {
		t.Error("ids made one after the other are not in order, or not unique")
	}
	if kind := KindOf(ids[0]); kind != MiniProgram {
		t.Errorf("kind %q", kind)
	}
}

func TestWhatDoesNotLookLikeAnIDHasNoKind(t *testing.T) {
	t.Parallel()
	for _, odd := range []string{"", "_", "mpr", "mpr_", "_x", "mpr_a b", "mpr_a\x00b", "mpr_é", "mpr_'", "mpr_" + strings.Repeat("a", 61)} {
		if kind := KindOf(odd); kind != "" {
			t.Errorf("%q has kind %q", odd, kind)
		}
	}
	if kind, code, ok := Split("ltg_ALIPAY_CN"); !ok || kind != LaunchTarget || code != "ALIPAY_CN" {
		t.Errorf("got %q %q %v", kind, code, ok)
	}
}
