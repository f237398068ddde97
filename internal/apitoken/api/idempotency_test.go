package api_test

import (
	"testing"

	"minidock/ent"
	"minidock/internal/access"
	"minidock/internal/apitest"
	"minidock/internal/fault"
	"minidock/internal/id"
	"minidock/internal/idempotency"
	"minidock/internal/store"
)

// The same key of the person, and of each token that the person created, is another one.
func TestIdempotencyKeysBelongToTheToken(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		callers := []idempotency.Caller{{UserID: c.Owner.ID}}
		for range 2 {
			machine := c.Owner.CreateToken(t, apitest.APIToken(c.ID, access.Upload))
			callers = append(callers, idempotency.Caller{UserID: c.Owner.ID, TokenID: machine.TokenID})
		}
		key, results := "key", map[idempotency.Caller]string{}
		find := func(caller idempotency.Caller) string {
			request, err := idempotency.Of(caller, "uploadVersion", &key, "input")
			if err != nil {
				t.Fatal(err)
			}
			found, err := request.Find(t.Context(), w.Client, w.Now(), &fault.UserErrors{})
			if err != nil {
				t.Fatal(err)
			}
			return found
		}
		for _, caller := range callers {
			if got := find(caller); got != "" {
				t.Errorf("%v finds %q", caller, got)
			}
			request, err := idempotency.Of(caller, "uploadVersion", &key, "input")
			if err != nil {
				t.Fatal(err)
			}
			results[caller] = id.New(id.MiniProgram)
			if err := store.Tx(t.Context(), w.Client, func(tx *ent.Tx) error { return request.Remember(t.Context(), tx, w.Now(), results[caller]) }); err != nil {
				t.Fatal(err)
			}
		}
		for caller, want := range results {
			if got := find(caller); got != want {
				t.Errorf("%v finds %q, want %q", caller, got, want)
			}
		}
	})
}
