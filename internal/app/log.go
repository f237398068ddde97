package app

import (
	"io"
	"log/slog"
	"os"
)

// NewLog returns a logger that writes what is at least this level: as text if the output is a terminal, for people, and as a JSON
// object a line otherwise, for programs.
func NewLog(to *os.File, level slog.Level) *slog.Logger {
	return slog.New(logHandler(to, isTerminal(to), level))
}

func logHandler(to io.Writer, asText bool, level slog.Level) slog.Handler {
	options := &slog.HandlerOptions{Level: level}
	if asText {
		return slog.NewTextHandler(to, options)
	}
	return slog.NewJSONHandler(to, options)
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
