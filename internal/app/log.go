package app

import (
	"context"
	"io"
	"log/slog"
	"os"
	"strings"

	"minidock/internal/request"
)

// NewLog returns a logger that writes what is at least this level: as text if the output is a terminal, for people, and as a JSON
// object a line otherwise, for programs.
func NewLog(to *os.File, level slog.Level) *slog.Logger {
	return slog.New(logHandler(to, IsTerminal(to), level))
}

func logHandler(to io.Writer, asText bool, level slog.Level) slog.Handler {
	options := &slog.HandlerOptions{Level: level}
	if asText {
		return slog.NewTextHandler(to, options)
	}
	return slog.NewJSONHandler(to, options)
}

// IsTerminal reports whether people see what is written to the file.
func IsTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// traceStatements logs each statement without its arguments, which may be secrets.
func traceStatements(log *slog.Logger) func(context.Context, ...any) {
	return func(ctx context.Context, parts ...any) {
		for _, part := range parts {
			text, _ := part.(string)
			if _, statement, ok := strings.Cut(text, "query="); ok {
				statement, _, _ = strings.Cut(statement, " args=")
				log.DebugContext(ctx, "statement", "requestId", request.ID(ctx), "sql", statement)
			}
		}
	}
}
