package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"minidock/graph"
	"minidock/internal/requestid"
)

// metrics are the figures that the server keeps of itself. No label takes a value from a client.
type metrics struct {
	registry   *prometheus.Registry
	operations *prometheus.HistogramVec
	errors     *prometheus.CounterVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		operations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "minidock_operation_seconds", Help: "How long GraphQL operations took, by their kind.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"kind"}),
		errors: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "minidock_errors_total", Help: "Top-level errors of answers, by their code.",
		}, []string{"code"}),
	}
	m.registry.MustRegister(m.operations, m.errors, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// observe logs an operation and counts it.
func (m *metrics) observe(log *slog.Logger) func(context.Context, graph.Observed) {
	return func(ctx context.Context, o graph.Observed) {
		log.InfoContext(ctx, "operation", "requestId", requestid.Of(ctx), "name", o.Name, "kind", o.Kind,
			"milliseconds", milliseconds(o.Duration), "cost", o.Cost, "codes", o.Codes)
		m.operations.WithLabelValues(o.Kind).Observe(o.Duration.Seconds())
		for _, code := range o.Codes {
			m.errors.WithLabelValues(code).Inc()
		}
	}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// Admin answers those who look after the server: its figures at /metrics, its profiles below /debug/pprof/. It asks nobody
// who they are, so it must be reachable for nobody else.
func (s *Server) Admin() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}
