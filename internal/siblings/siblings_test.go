package siblings

import (
	"errors"
	"sync"
	"testing"
)

type byName struct{ language string }

func TestAllSiblingsShareOneLoadPerKey(t *testing.T) {
	t.Parallel()
	group := Of([]int{1, 2, 3})
	loads := map[string]int{}
	read := func(row int, language string) string {
		names, err := Read(group, row, byName{language}, func(rows []int) (map[int]string, error) {
			loads[language]++
			if len(rows) != 3 {
				t.Errorf("loaded %v, want all three", rows)
			}
			return map[int]string{1: "one " + language, 2: "two " + language}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return names[row]
	}
	for _, want := range []struct {
		row            int
		language, name string
	}{{1, "en", "one en"}, {2, "en", "two en"}, {1, "zh", "one zh"}, {1, "en", "one en"}, {3, "en", ""}} {
		if got := read(want.row, want.language); got != want.name {
			t.Errorf("row %d in %s: %q, want %q", want.row, want.language, got, want.name)
		}
	}
	if loads["en"] != 1 || loads["zh"] != 1 {
		t.Errorf("loads %v, want one a key", loads)
	}
}

func TestARowWithoutAGroupIsLoadedAlone(t *testing.T) {
	t.Parallel()
	got, err := Read(nil, 7, "k", func(rows []int) (int, error) { return len(rows)*100 + rows[0], nil })
	if got != 107 || err != nil {
		t.Errorf("got %d, %v", got, err)
	}
}

func TestConcurrentReadersLoadOnceAndSeeTheSameError(t *testing.T) {
	t.Parallel()
	group := Of(make([]int, 50))
	broken := errors.New("broken")
	var loads int
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			_, err := Read(group, 0, "k", func([]int) (int, error) { loads++; return 0, broken })
			if !errors.Is(err, broken) {
				t.Errorf("got %v", err)
			}
		})
	}
	wg.Wait()
	if loads != 1 {
		t.Errorf("%d loads, want 1", loads)
	}
}
