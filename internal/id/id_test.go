package id

import (
	"slices"
	"strings"
	"testing"
	"time"
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

func TestIDsOfAMomentSortByItAndThenByWhenTheyWereMade(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 8, 30, 0, 123_456_789, time.UTC)
	var ids []string
	for ms := range 20 {
		for range 300 {
			ids = append(ids, At(AuditEvent, at.Add(time.Duration(ms)*time.Millisecond)))
		}
	}
	if !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != len(ids) {
		t.Error("the ids are not in order, or not unique")
	}
	if from := From(AuditEvent, at); from > ids[0] || from <= At(AuditEvent, at.Add(-time.Millisecond)) {
		t.Errorf("%s does not begin the ids of the moment: %s", from, ids[0])
	}
	later := At(AuditEvent, at.Add(time.Hour))
	if earlier := At(AuditEvent, at); earlier >= later {
		t.Errorf("%s, made later, does not sort before %s", earlier, later)
	}
}
