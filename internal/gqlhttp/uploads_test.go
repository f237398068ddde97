package gqlhttp

import (
	"context"
	"testing"
)

func TestAPlaceIsForAnyoneAndHalfOfThemForOneNetworkAddress(t *testing.T) {
	t.Parallel()
	u := newUploads(4, 2)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	var releases releases
	start := func(network string) {
		t.Helper()
		release, err := u.work(t.Context(), network)
		if err != nil {
			t.Fatal(err)
		}
		releases.add(release)
	}
	mustWait := func(network, what string) {
		t.Helper()
		for range 100 { // if one were allowed, it might be refused at times
			if release, err := u.work(over, network); err == nil {
				release()
				t.Fatal(what)
			}
		}
	}
	start("192.0.2.1")
	start("192.0.2.1")
	mustWait("192.0.2.1", "a third file of an address")
	start("192.0.2.2")
	start("192.0.2.3")
	mustWait("192.0.2.4", "a fifth file")
	releases.release()
	if len(u.ofNetwork.keys) != 0 || !u.places.TryAcquire(4) {
		t.Errorf("%d addresses or some places are left", len(u.ofNetwork.keys))
	}
}

func TestAUserSendsOnlySomeOfTheFilesAtOnce(t *testing.T) {
	t.Parallel()
	ofUser := newUploads(4, 2).ofUser
	over, cancel := context.WithCancel(t.Context())
	cancel()
	var releases releases
	for _, user := range []string{"slow", "slow", "ann"} {
		release, err := ofUser.acquire(t.Context(), user)
		if err != nil {
			t.Fatal(err)
		}
		releases.add(release)
	}
	for range 100 {
		if release, err := ofUser.acquire(over, "slow"); err == nil {
			release()
			t.Fatal("a third file of the same user")
		}
	}
	releases.release()
	if len(ofUser.keys) != 0 {
		t.Errorf("%d users are left", len(ofUser.keys))
	}
}
