package store

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"minidock/internal/pgtest"
)

// A connection that ends while it is set up is not used as it is.
func TestASettingThatFailsBecauseTheServerStopsIsNoRefusal(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	connection, err := pgx.Connect(t.Context(), pgtest.Require(t).NewDatabase(t, ""))
	if err != nil {
		t.Fatal(err)
	}
	set := setting("SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(60)", slog.New(slog.NewJSONHandler(&log, nil)))
	if err := set(t.Context(), connection); !IsUnavailable(err) || log.Len() > 0 {
		t.Errorf("%v, logged %s", err, &log)
	}
}

func TestASettingThatTheServerRefusesIsLoggedOnce(t *testing.T) {
	t.Parallel()
	address := pgtest.Require(t).NewDatabase(t, "")
	var log bytes.Buffer
	for statement, want := range map[string]int{planOnce: 0, "SET no_such_setting = on": 1} {
		log.Reset()
		set := setting(statement, slog.New(slog.NewJSONHandler(&log, nil)))
		for range 2 {
			connection, err := pgx.Connect(t.Context(), address)
			if err != nil {
				t.Fatal(err)
			}
			if err := set(t.Context(), connection); err != nil {
				t.Errorf("%s: %v", statement, err)
			}
			var mode string
			if err := connection.QueryRow(t.Context(), "SHOW plan_cache_mode").Scan(&mode); err != nil || (mode == "force_generic_plan") != (want == 0) {
				t.Errorf("after %s: %s, %v", statement, mode, err)
			}
			_ = connection.Close(t.Context())
		}
		if got := strings.Count(log.String(), `"level":"WARN"`); got != want {
			t.Errorf("%s is logged %d times, not %d: %s", statement, got, want, &log)
		}
	}
}
