package graph

import (
	"context"
	"testing"
)

func TestAUserHoldsOnlySomeOfThePlaces(t *testing.T) {
	t.Parallel()
	p := newPlaces(4, 2)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	var releases []func()
	take := func(user string) {
		t.Helper()
		release, err := p.take(t.Context(), user)
		if err != nil {
			t.Fatal(err)
		}
		releases = append(releases, release)
	}
	take("slow")
	take("slow")
	for range 100 { // a place that is free would be taken at random
		if release, err := p.take(over, "slow"); err == nil {
			release()
			t.Fatal("a third place of the same user")
		}
	}
	take("ann")
	take("bob")
	for range 100 {
		if release, err := p.take(over, "cid"); err == nil {
			release()
			t.Fatal("a fifth place")
		}
	}
	for _, release := range releases {
		release()
	}
	if len(p.users) != 0 || len(p.all) != 0 {
		t.Errorf("%d users and %d places are left", len(p.users), len(p.all))
	}
}
