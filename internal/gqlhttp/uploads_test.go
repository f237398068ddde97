package gqlhttp

import (
	"context"
	"testing"
)

func TestAUserSendsOnlySomeOfTheFilesAtOnce(t *testing.T) {
	t.Parallel()
	u := newUploads(4, 2)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	var releases []func()
	start := func(user string) {
		t.Helper()
		release, err := u.acquire(t.Context(), user)
		if err != nil {
			t.Fatal(err)
		}
		releases = append(releases, release)
	}
	start("slow")
	start("slow")
	for range 100 { // if one were allowed, it might be refused at times
		if release, err := u.acquire(over, "slow"); err == nil {
			release()
			t.Fatal("a third file of the same user")
		}
	}
	start("ann")
	start("bob")
	for range 100 {
		if release, err := u.acquire(over, "cid"); err == nil {
			release()
			t.Fatal("a fifth file")
		}
	}
	for _, release := range releases {
		release()
	}
	if len(u.users) != 0 || !u.all.TryAcquire(4) {
		t.Errorf("%d users or some files are left", len(u.users))
	}
}
