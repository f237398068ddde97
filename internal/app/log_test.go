package app

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"strings"
	"testing"

	"minidock/internal/request"
)

func TestOnlyATerminalGetsAText(t *testing.T) {
	t.Parallel()
	file, err := os.Create(t.TempDir() + "/log")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	NewLog(file, slog.LevelWarn).Info("quiet")
	NewLog(file, slog.LevelWarn).Warn("loud", "n", 1)
	text, err := os.ReadFile(file.Name())
	if err != nil || strings.Contains(string(text), "quiet") || !strings.HasPrefix(string(text), "{") || !strings.Contains(string(text), `"msg":"loud","n":1`) {
		t.Errorf("a file gets %s, %v", text, err)
	}
	var terminal bytes.Buffer
	slog.New(logHandler(&terminal, true, slog.LevelInfo)).Info("serving", "playground", "http://x")
	if got := terminal.String(); !strings.Contains(got, `level=INFO msg=serving playground=http://x`) {
		t.Errorf("a terminal gets %s", got)
	}
}

func TestStatementsAreTracedWithoutTheirArguments(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	trace := traceStatements(slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	ctx, id := request.WithID(context.Background())
	trace(ctx, "Tx(1).Exec: query=UPDATE users SET password_hash = ? args=[the secret]")
	if got := log.String(); !strings.Contains(got, "UPDATE users SET password_hash = ?") || !strings.Contains(got, id) || strings.Contains(got, "secret") {
		t.Errorf("logged %s", got)
	}
	trace(ctx, "Tx(1): committed")
	if n := strings.Count(log.String(), "\n"); n != 1 {
		t.Errorf("%d lines", n)
	}
}
