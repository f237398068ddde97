package web

import (
	"net/http"
	"net/http/pprof"
	"os"
	"strings"

	"minidock/internal/metrics"
)

// commandLine writes the program's name and its flags without their values, which may be passwords.
func commandLine(w http.ResponseWriter, _ *http.Request) {
	var shown []string
	for i, argument := range os.Args {
		name, _, _ := strings.Cut(argument, "=")
		if i == 0 || strings.HasPrefix(name, "-") {
			shown = append(shown, name)
		}
	}
	writeText(w, http.StatusOK, strings.Join(shown, "\x00"))
}

// Admin serves the server's metrics at /metrics and its profiles below /debug/pprof/. It asks nobody who they are, so only operators
// may be able to reach it.
func Admin(m *metrics.Metrics) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m.Handler())
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", commandLine)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}
