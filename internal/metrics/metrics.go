// Package metrics keeps the metrics of the server. No label takes its value from a client.
package metrics

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics are those of one server.
type Metrics struct {
	registry   *prometheus.Registry
	operations *prometheus.HistogramVec
	errors     *prometheus.CounterVec
	jobRuns    *prometheus.CounterVec
}

// New returns metrics with nothing counted.
func New() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		operations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "minidock_operation_seconds", Help: "How long GraphQL operations took, by their kind.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"kind"}),
		errors: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "minidock_errors_total", Help: "Top-level errors of answers, by their code.",
		}, []string{"code"}),
		jobRuns: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "minidock_job_runs_total", Help: "Tries of jobs that have ended, by their kind and result.",
		}, []string{"kind", "result"}),
	}
	m.registry.MustRegister(m.operations, m.errors, m.jobRuns, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Operation counts a GraphQL operation of this kind.
func (m *Metrics) Operation(kind string, took time.Duration) {
	m.operations.WithLabelValues(kind).Observe(took.Seconds())
}

// Error counts a top-level error with this code.
func (m *Metrics) Error(code string) { m.errors.WithLabelValues(code).Inc() }

// Handler serves the metrics in Prometheus' format.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
