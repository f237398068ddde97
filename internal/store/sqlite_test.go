package store

import "testing"

func TestSQLiteThatCanLoseWritesIsRefused(t *testing.T) {
	t.Parallel()
	if err := checkSQLite("3.51.2", 3_051_002); err == nil {
		t.Error("3.51.2 was let through")
	}
	if err := checkSQLite("3.51.3", 3_051_003); err != nil {
		t.Error(err)
	}
}
