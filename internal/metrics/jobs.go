package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"minidock/internal/job"
)

// JobRun counts a try of a job that has ended.
func (m *Metrics) JobRun(kind string, result job.Result) {
	m.jobRuns.WithLabelValues(kind, string(result)).Inc()
}

// WatchJobs adds what read returns, which is called whenever metrics are asked for. They are absent if it fails.
func (m *Metrics) WatchJobs(read func(context.Context) (map[string]job.Waiting, error)) {
	m.registry.MustRegister(waitingJobs(read))
}

// waitingJobs reads the jobs that wait.
type waitingJobs func(context.Context) (map[string]job.Waiting, error)

var (
	jobsQueued = prometheus.NewDesc("minidock_jobs_queued", "Jobs that are due or worked on, by their kind.", []string{"kind"}, nil)
	jobsOldest = prometheus.NewDesc("minidock_jobs_oldest_seconds", "For how long the first of these jobs has been due, by their kind.", []string{"kind"}, nil)
)

// Describe names the metrics.
func (w waitingJobs) Describe(to chan<- *prometheus.Desc) {
	to <- jobsQueued
	to <- jobsOldest
}

// readTime is how long the database may take to count jobs.
const readTime = 2 * time.Second

// Collect reads the metrics.
func (w waitingJobs) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), readTime)
	defer cancel()
	waiting, err := w(ctx)
	if err != nil {
		return
	}
	for kind, of := range waiting {
		to <- prometheus.MustNewConstMetric(jobsQueued, prometheus.GaugeValue, float64(of.Queued), kind)
		to <- prometheus.MustNewConstMetric(jobsOldest, prometheus.GaugeValue, of.Oldest.Seconds(), kind)
	}
}
