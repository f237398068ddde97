package api_test

import (
	"strings"
	"testing"

	"minidock/internal/apitest"
)

func TestMetricsShowJobs(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		w.SignUp(t, "ann")
		shows := func(want ...string) {
			t.Helper()
			metrics := adminGet(t, w, "/metrics")
			for _, line := range want {
				if !strings.Contains(metrics, line) {
					t.Errorf("the metrics lack %s", line)
				}
			}
			if strings.Contains(metrics, "ann@example.com") {
				t.Error("the metrics name somebody")
			}
		}
		shows(`minidock_jobs_queued{kind="mail"} 1`, `minidock_jobs_queued{kind="sweep"} 0`, `minidock_jobs_oldest_seconds{kind="mail"} 0.`)
		w.Letters(t)
		shows(`minidock_jobs_queued{kind="mail"} 0`, `minidock_jobs_oldest_seconds{kind="mail"} 0`, `minidock_job_runs_total{kind="mail",result="succeeded"} 1`)
	})
}
