package store

import (
	"fmt"
	"testing"

	"minidock/ent/predicate"
)

func TestListsThatAreSearchedAtOnceShareTheLimit(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ limit, parents, want int }{
		{50_000, 0, 50_000}, {50_000, 1, 50_000}, {50_000, 2, 25_000}, {50_000, 100, 500}, {50_000, 200, 500}, {3, 2, 3}, {600, 2, 500},
	} {
		c := Children[predicate.Member]{Search: &Search{Limit: test.limit}, Parents: []string{}}
		for n := range test.parents {
			c.Parents = append(c.Parents, fmt.Sprint("wsp_", n), fmt.Sprint("wsp_", n))
		}
		if got := c.share(); got != test.want {
			t.Errorf("%d of %d parents: %d, not %d", test.limit, test.parents, got, test.want)
		}
	}
}
