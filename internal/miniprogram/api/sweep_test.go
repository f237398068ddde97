package api_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"minidock/internal/apitest"
	"minidock/internal/blob"
	"minidock/internal/limit"
)

func TestAFileIsDeletedAfterTheGraceIfItIsNoLogo(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		id := owner.CreateMiniProgram(t, owner.CreateWorkspace(t, "Coffee"), "小咖啡馆")
		before := w.MiniProgram(t, id).LogoName
		changeLogo(t, owner, id, 80)
		after := w.MiniProgram(t, id).LogoName
		w.AgeFiles(t, time.Hour-time.Minute)
		w.Sweep(t)
		if both := w.Files(t); len(both) != 2 || !slices.Contains(both, before) {
			t.Errorf("within the grace there are %v", both)
		}
		w.AgeFiles(t, time.Hour+time.Minute)
		w.Sweep(t)
		if left := w.Files(t); !slices.Equal(left, []string{after}) {
			t.Errorf("left are %v, want %s", left, after)
		}
		for name, want := range map[string]int{before: 404, after: 200} {
			if got := w.Get(t, "/logos/"+name).StatusCode; got != want {
				t.Errorf("%s: status %d, want %d", name, got, want)
			}
		}
	})
}

func TestFilesOfAnotherDatabaseAreNotDeleted(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		name := strings.Repeat("ab", 32) + ".png"
		w.StoreFile(t, name)
		w.AgeFiles(t, 2*time.Hour)
		path := filepath.Join(w.Dir, "blobs", blob.OwnerFile)
		if err := os.WriteFile(path, []byte("another database"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := w.Server.Sweep(t.Context()); !errors.Is(err, blob.ErrOtherOwner) || !strings.Contains(err.Error(), path) {
			t.Errorf("swept: %v", err)
		}
		if left := w.Files(t); !slices.Equal(left, []string{name}) {
			t.Errorf("left are %v", left)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		w.Sweep(t)
		if left := w.Files(t); len(left) != 0 {
			t.Errorf("left are %v", left)
		}
	})
}

func TestALogoThatSeveralMiniProgramsHaveIsKeptForTheLastOne(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspaceID := owner.CreateWorkspace(t, "Coffee")
		first, second := owner.CreateMiniProgram(t, workspaceID, "小店一号"), owner.CreateMiniProgram(t, workspaceID, "小店二号")
		shared := w.MiniProgram(t, first).LogoName
		for _, id := range []string{first, second} {
			if !slices.Contains(w.Files(t), shared) {
				t.Errorf("the logo is gone before %s has another", id)
			}
			changeLogo(t, owner, id, 80)
			w.AgeFiles(t, 2*time.Hour)
			w.Sweep(t)
		}
		if left := w.Files(t); !slices.Equal(left, []string{w.MiniProgram(t, first).LogoName}) {
			t.Errorf("left are %v", left)
		}
	})
}

// The picture is stored again although it is there, long before the row of the second change is written.
func TestALogoThatIsSentAgainIsNotDeletedUnderItsChange(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		id := owner.CreateMiniProgram(t, owner.CreateWorkspace(t, "Coffee"), "小咖啡馆")
		changeLogo(t, owner, id, 80)
		replaced := w.MiniProgram(t, id).LogoName
		changeLogo(t, owner, id, 90)
		w.AgeFiles(t, 2*time.Hour)
		changeLogo(t, owner, id, 80)
		current := w.MiniProgram(t, id)
		if current.LogoName != replaced {
			t.Fatalf("the logo is %s, want %s", current.LogoName, replaced)
		}
		current.Update().SetLogoName("none.png").ExecX(t.Context()) // as a sweep sees it before the commit
		w.Sweep(t)
		if left := w.Files(t); !slices.Equal(left, []string{replaced}) {
			t.Errorf("left are %v, want %s", left, replaced)
		}
	})
}

func TestSeveralServersSweepAtOnceAndKeepEveryLogo(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspaceID := owner.CreateWorkspace(t, "Coffee")
		kept := []string{}
		for i := range 3 {
			id := owner.CreateMiniProgram(t, workspaceID, fmt.Sprintf("小店 %d 号", i))
			changeLogo(t, owner, id, 70+i)
			kept = append(kept, w.MiniProgram(t, id).LogoName)
		}
		slices.Sort(kept)
		for i := range 700 {
			sum := sha256.Sum256([]byte{byte(i), byte(i >> 8)})
			w.StoreFile(t, hex.EncodeToString(sum[:])+".png")
		}
		w.AgeFiles(t, 2*time.Hour)
		servers := []*apitest.World{w, w.Another(t)}
		for _, err := range apitest.AtOnce(len(servers), func(i int) error { return servers[i].Server.Sweep(t.Context()) }) {
			if err != nil {
				t.Error(err)
			}
		}
		if left := w.Files(t); !slices.Equal(left, kept) {
			t.Errorf("%d files are left, want %v", len(left), kept)
		}
	})
}

func TestNoFileIsDeletedWhenTheDatabaseCannotBeAsked(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		owner.CreateMiniProgram(t, owner.CreateWorkspace(t, "Coffee"), "小咖啡馆")
		w.AgeFiles(t, 2*time.Hour)
		if err := w.Store.Close(); err != nil {
			t.Fatal(err)
		}
		if err := w.Server.Sweep(t.Context()); err == nil {
			t.Error("no error")
		}
		if left := w.Files(t); len(left) != 1 {
			t.Errorf("left are %v", left)
		}
	})
}

func TestTheServerSweepsByItselfAndGoesOnAfterAnError(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		w.Limit(t, func(l *limit.Limits) { l.SweepInterval, l.FileGrace = 10*time.Millisecond, 2*time.Minute })
		w.StoreFile(t, fmt.Sprintf("%064x.png", 1))
		tmp := filepath.Join(w.Dir, "blobs", "tmp")
		if err := errors.Join(os.Rename(tmp, tmp+"-away"), os.WriteFile(tmp, nil, 0o600)); err != nil {
			t.Fatal(err)
		}
		serve(t, w)
		w.AgeFiles(t, 3*time.Minute)
		inTime := func(holds func() bool) { // as the time passes
			eventually(t, func() bool { w.Advance(time.Millisecond); return holds() })
		}
		inTime(func() bool { return strings.Contains(w.Log.String(), `is tried again","kind":"sweep"`) })
		if err := errors.Join(os.Remove(tmp), os.Rename(tmp+"-away", tmp)); err != nil {
			t.Fatal(err)
		}
		inTime(func() bool { return len(w.Files(t)) == 0 })
	})
}

// serve has the world's server also do what it does besides answering, until the test ends.
func serve(t *testing.T, w *apitest.World) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- w.Server.Serve(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
}

// eventually waits until the condition holds.
func eventually(t *testing.T, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(apitest.Patience); !holds(); {
		if time.Now().After(end) {
			t.Fatal("it does not happen")
		}
		runtime.Gosched()
	}
}

// changeLogo gives a mini program a picture of this side.
func changeLogo(t *testing.T, p *apitest.Person, id string, side int) {
	t.Helper()
	p.UpdateMiniProgram(t, id, apitest.Vars{"logo": apitest.Vars{"base64": apitest.Base64(apitest.PNG(side, side))}}).UpdatedMiniProgram(t)
}
