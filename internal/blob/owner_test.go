package blob

import (
	"errors"
	"strings"
	"sync"
	"testing"
)

func TestBlobsHaveOneOwner(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var claimed [8]error
	var wg sync.WaitGroup
	for i := range claimed {
		wg.Go(func() {
			store, err := Open(dir)
			if err != nil {
				t.Error(err)
				return
			}
			claimed[i] = store.Claim([]string{"one", "two"}[i%2])
		})
	}
	wg.Wait()
	for i, err := range claimed {
		if isFirst := claimed[0] == nil; (err == nil) != (i%2 == 0 == isFirst) || err != nil && !errors.Is(err, ErrOtherOwner) {
			t.Errorf("%d: %v, of %v", i, err, claimed)
		}
	}
	store, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Claim("three"); !errors.Is(err, ErrOtherOwner) || !strings.Contains(err.Error(), dir) {
		t.Errorf("a third owner: %v", err)
	}
}
