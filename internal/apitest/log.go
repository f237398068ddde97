package apitest

import (
	"bytes"
	"sync"
	"testing"
)

// Log is what a server logs. It is safe for concurrent use; the last lines of a request are in it once the server is stopped.
type Log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write adds to the log.
func (l *Log) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(text)
}

// String returns all of the log.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// shownLog is how much of a log is shown beside a failed test.
const shownLog = 8 << 10

// showIfFailed shows the end of the log when the test has failed.
func (l *Log) showIfFailed(t *testing.T) {
	if text := l.String(); t.Failed() && text != "" {
		t.Logf("the server's log, its last %d bytes at most:\n%s", shownLog, text[max(0, len(text)-shownLog):])
	}
}
