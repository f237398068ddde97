package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// client sends requests to one server over this many connections, which it keeps.
type client struct {
	to          *server
	http        *http.Client
	connections int
}

// requestTime is how long an answer may take.
const requestTime = 20 * time.Second

func newClient(to *server, connections int) *client {
	return &client{to, &http.Client{Timeout: requestTime, Transport: &http.Transport{
		MaxConnsPerHost: connections, MaxIdleConnsPerHost: connections, DisableCompression: true,
	}}, connections}
}

func (c *client) close() { c.http.CloseIdleConnections() }

// send sends one request and returns its answer and its id in the server's log.
func (c *client) send(ctx context.Context, r request) (answer []byte, requestID string, err error) {
	sent, err := http.NewRequestWithContext(ctx, http.MethodPost, c.to.url+"/graphql", bytes.NewReader(r.body))
	if err != nil {
		return nil, "", err
	}
	sent.Header.Set("Content-Type", "application/json")
	sent.Header.Set("Accept", "application/graphql-response+json")
	sent.Header.Set("Cookie", cookie+"="+r.token)
	received, err := c.http.Do(sent)
	if err != nil {
		return nil, "", err
	}
	defer received.Body.Close()
	if answer, err = io.ReadAll(received.Body); err == nil && received.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d: %.300s", received.StatusCode, answer)
	}
	return answer, received.Header.Get("X-Request-Id"), err
}

// cookie is the name of the cookie that holds the token.
const cookie = "minidock_session"

// sendAll sends all requests, checks the answers and returns how long each took.
func (c *client) sendAll(ctx context.Context, o operation, requests []request) ([]time.Duration, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	took, next := make([]time.Duration, len(requests)), atomic.Int64{}
	var all sync.WaitGroup
	for range c.connections {
		all.Go(func() {
			for n := int(next.Add(1)) - 1; n < len(requests) && ctx.Err() == nil; n = int(next.Add(1)) - 1 {
				began := time.Now()
				answer, _, err := c.send(ctx, requests[n])
				took[n] = time.Since(began)
				if err := errors.Join(err, o.judge(requests[n], answer)); err != nil {
					cancel(fmt.Errorf("%s by %s: %w", o.name, c.to.name, err))
				}
			}
		})
	}
	all.Wait()
	return took, context.Cause(ctx)
}

// judge says what is wrong with an answer.
func (o operation) judge(r request, answer []byte) error {
	switch {
	case o.shape != nil && o.shape.Match(answer), o.shape == nil && bytes.Equal(answer, r.answer):
		return nil
	case o.shape != nil:
		return fmt.Errorf("the answer is %.500s", answer)
	}
	return fmt.Errorf("the answer is\n%.500s\nand should be\n%.500s", answer, r.answer)
}
