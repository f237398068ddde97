package api_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"minidock/ent"
	entjob "minidock/ent/job"
	"minidock/ent/user"
	"minidock/internal/apitest"
	"minidock/internal/id"
	"minidock/internal/job"
)

// check is a kind of jobs as most tests need it.
var check = job.Kind{Name: "check", Workers: 2, Timeout: apitest.Patience, MaxTries: 3, FirstWait: time.Minute, LongestWait: time.Hour}

func newQueue(w *apitest.World, observed *results) *job.Queue {
	c := job.Config{Store: w.Store, Now: w.Now, Log: logOf(w), Poll: 20 * time.Millisecond}
	if observed != nil {
		c.Observe = observed.add
	}
	return job.New(c)
}

func logOf(w *apitest.World) *slog.Logger { return slog.New(slog.NewJSONHandler(&w.Log, nil)) }

// run has a queue work until the test ends.
func run(t *testing.T, q *job.Queue) {
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan struct{})
	go func() { q.Run(ctx, apitest.Patience); close(ended) }()
	t.Cleanup(func() {
		stop()
		await(t, "the queue's end", ended)
	})
}

func drain(t *testing.T, q *job.Queue) {
	t.Helper()
	if err := q.Drain(t.Context(), check.Name); err != nil {
		t.Error(err)
	}
}

func write(t *testing.T, w *apitest.World, q *job.Queue, about string) {
	t.Helper()
	tx, err := w.Client.Tx(t.Context())
	if err == nil {
		err = errors.Join(q.Write(t.Context(), tx, check.Name, about, w.Now()), tx.Commit())
	}
	if err != nil {
		t.Fatal(err)
	}
}

func writeKind(t *testing.T, w *apitest.World, q *job.Queue, kind string) {
	t.Helper()
	w.Client.Job.Create().SetID(id.New(id.Job)).SetKind(kind).SetDueAt(w.Now()).SetCreatedAt(w.Now()).ExecX(t.Context())
	q.Wake()
}

// givingUp is a kind that records what was given up in a person's name.
func givingUp(t *testing.T, p *apitest.Person) job.Kind {
	kind := check
	kind.GiveUp = func(_ context.Context, tx *ent.Tx, about string, cause error) error {
		if about != p.ID {
			t.Errorf("it is about %s", about)
		}
		rename(t, tx, p, "given up: "+cause.Error())
		return nil
	}
	return kind
}

// signUp makes a person about whom there is no job.
func signUp(t *testing.T, w *apitest.World) *apitest.Person {
	t.Helper()
	ann := w.SignUp(t, "ann")
	w.Letters(t)
	return ann
}

func rename(t *testing.T, tx *ent.Tx, p *apitest.Person, to string) {
	t.Helper()
	if err := tx.User.UpdateOneID(p.ID).SetDisplayName(to).Exec(t.Context()); err != nil {
		t.Error(err)
	}
}

func name(t *testing.T, w *apitest.World, p *apitest.Person) string {
	t.Helper()
	return w.Client.User.Query().Where(user.ID(p.ID)).OnlyX(t.Context()).DisplayName
}

// lapse makes all leases be over.
func lapse(t *testing.T, w *apitest.World) {
	t.Helper()
	w.Client.Job.Update().SetLeasedUntil(time.Now().UTC().Add(-time.Minute)).ExecX(t.Context())
}

// take gives all jobs to another owner.
func take(t *testing.T, w *apitest.World, owner string) {
	t.Helper()
	w.Client.Job.Update().SetOwner(owner).AddTries(1).SetLeasedUntil(time.Now().UTC().Add(time.Hour)).ExecX(t.Context())
}

func leasedUntil(t *testing.T, w *apitest.World) time.Time {
	t.Helper()
	return *w.Client.Job.Query().Where(entjob.LeasedUntilNotNil()).OnlyX(t.Context()).LeasedUntil
}

// results are those that a queue has observed, in their order.
type results struct {
	mu  sync.Mutex
	all []job.Result
}

func (r *results) add(kind string, result job.Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, result)
}

func (r *results) are(t *testing.T, want ...job.Result) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Equal(r.all, want) {
		t.Errorf("the results are %q, want %q", r.all, want)
	}
}

func await(t *testing.T, what string, event <-chan struct{}) {
	t.Helper()
	select {
	case <-event:
	case <-time.After(apitest.Patience):
		t.Errorf("%s does not come", what)
	}
}

func awaitNone(t *testing.T, w *apitest.World) {
	t.Helper()
	until(t, "done", func() bool { return w.Client.Job.Query().CountX(t.Context()) == 0 })
}

func until(t *testing.T, what string, reached func() bool) {
	t.Helper()
	deadline := time.Now().Add(apitest.Patience)
	for !reached() {
		if time.Now().After(deadline) {
			t.Fatalf("not %s", what)
		}
		<-time.After(2 * time.Millisecond)
	}
}
