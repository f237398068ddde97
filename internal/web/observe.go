package web

import (
	"context"
	"log/slog"
	"time"

	"minidock/internal/gqlhttp"
	"minidock/internal/metrics"
	"minidock/internal/request"
)

// Observe returns the function that logs and counts each GraphQL operation.
func Observe(log *slog.Logger, m *metrics.Metrics) func(context.Context, gqlhttp.Observed) {
	return func(ctx context.Context, o gqlhttp.Observed) {
		log.InfoContext(ctx, "operation", "requestId", request.ID(ctx), "name", o.Name, "kind", o.Kind,
			"milliseconds", milliseconds(o.Duration), "cost", o.Cost, "codes", append([]string{}, o.Codes...))
		m.Operation(o.Kind, o.Duration)
		for _, code := range o.Codes {
			m.Error(code)
		}
	}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
