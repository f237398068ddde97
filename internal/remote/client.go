package remote

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

const (
	// mostTries is how often a request is sent.
	mostTries = 5
	// mostWait is the longest that the server may ask to wait before the next try.
	mostWait = time.Minute
	// mostAnswer is the longest answer that is read, in bytes.
	mostAnswer = 8 << 20
)

// client sends GraphQL requests to one server.
type client struct {
	endpoint, token               string
	http                          *http.Client
	progress                      *progress
	pause, patience, filePatience time.Duration
}

// request is a GraphQL request.
type request struct {
	Query     string `json:"query"`
	Variables any    `json:"variables"`
	upload    *upload
}

// call sends a request and decodes the data of its answer. It tries again when the server cannot be reached or asks for it, so a
// mutation has to have an idempotency key. Its errors are failures.
func (c *client) call(ctx context.Context, r request, data any) error {
	for try := 1; ; try++ {
		err := c.once(ctx, r, data)
		if err == nil {
			return nil
		}
		failed := asFailure(err)
		wait := max(c.pause<<(try-1), failed.after)
		if !failed.isTemporary || try == mostTries || failed.after > mostWait {
			return failed
		}
		c.progress.line("%s; trying again", failed.message)
		if err := sleep(ctx, wait); err != nil {
			return err
		}
	}
}

func sleep(ctx context.Context, wait time.Duration) error {
	select {
	case <-ctx.Done():
		return interrupted()
	case <-time.After(wait):
		return nil
	}
}

func interrupted() error {
	return &failure{exit: exitUnreachable, code: unreachable, message: "interrupted"}
}

// once sends a request once.
func (c *client) once(ctx context.Context, r request, data any) error {
	patience := c.patience
	if r.upload != nil {
		patience = c.filePatience
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	status, header, body, err := c.exchange(limited, r)
	switch {
	case ctx.Err() != nil:
		return interrupted()
	case err != nil:
		return c.unreachable(err)
	}
	return c.decode(status, header, body, data)
}

// exchange sends a request and receives all of the response.
func (c *client) exchange(ctx context.Context, r request) (status int, header http.Header, body []byte, err error) {
	sent, err := c.encode(ctx, r)
	if err != nil {
		return 0, nil, nil, err
	}
	response, err := c.http.Do(sent)
	if err != nil {
		return 0, nil, nil, err
	}
	defer response.Body.Close()
	body, err = io.ReadAll(io.LimitReader(response.Body, mostAnswer))
	return response.StatusCode, response.Header, body, err
}

func (c *client) encode(ctx context.Context, r request) (*http.Request, error) {
	operation, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	var body io.Reader = bytes.NewReader(operation)
	contentType, length := "application/json", int64(len(operation))
	if r.upload != nil {
		if body, contentType, length, err = r.upload.form(operation, c.progress); err != nil {
			return nil, err
		}
	}
	sent, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint, body)
	if err != nil {
		return nil, err
	}
	sent.ContentLength = length
	sent.Header.Set("Content-Type", contentType)
	sent.Header.Set("Accept", "application/json")
	sent.Header.Set("Authorization", "Bearer "+c.token)
	sent.Header.Set("User-Agent", "minidock")
	if r.upload != nil {
		sent.Header.Set("Expect", "100-continue")
	}
	return sent, nil
}

// unreachable is the failure of a request that got no answer.
func (c *client) unreachable(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	reason := err.Error()
	if errors.Is(err, context.DeadlineExceeded) {
		reason = "it does not answer"
	}
	return &failure{
		exit: exitUnreachable, code: unreachable, message: fmt.Sprintf("%s cannot be reached: %s", c.endpoint, reason), isTemporary: !isPermanent(err),
	}
}

// isPermanent reports whether trying again soon is no use: there is no such host, its certificate is not valid, or it speaks no TLS.
func isPermanent(err error) bool {
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	return errors.As(err, &dns) && dns.IsNotFound || errors.As(err, &certificate) || errors.Is(err, http.ErrSchemeMismatch)
}

// answer is the body of a GraphQL response.
type answer struct {
	Data   json.RawMessage
	Errors []struct {
		Message    string
		Extensions struct {
			Code       string
			RetryAfter int
		}
	}
}

// decode reads a response. One with errors is a failure, even if it has data, since each field that is asked for is needed.
func (c *client) decode(status int, header http.Header, body []byte, data any) error {
	var got answer
	if err := json.Unmarshal(body, &got); err != nil || len(got.Data) == 0 && len(got.Errors) == 0 {
		return c.notGraphQL(status, header)
	}
	if len(got.Errors) > 0 {
		first := got.Errors[0]
		return refused(first.Extensions.Code, first.Message, time.Duration(first.Extensions.RetryAfter)*time.Second)
	}
	if err := json.Unmarshal(got.Data, data); err != nil {
		return c.notGraphQL(status, header)
	}
	return nil
}

// temporary are the statuses of servers, and of proxies before them, that may soon answer.
var temporary = []int{http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}

func (c *client) notGraphQL(status int, header http.Header) error {
	message := fmt.Sprintf("%s does not answer as a minidock does, with status %d", c.endpoint, status)
	if to := header.Get("Location"); to != "" {
		message += ", and leads to " + strconv.QuoteToASCII(to)
	}
	seconds, _ := strconv.Atoi(header.Get("Retry-After"))
	return &failure{
		exit: exitUnreachable, code: unreachable, message: message,
		isTemporary: slices.Contains(temporary, status), after: time.Duration(seconds) * time.Second,
	}
}

// again are the codes of refusals that are about the server, and of those a request that is sent again may be spared.
var again = map[string]bool{"UNAVAILABLE": true, "TIMEOUT": true, "RATE_LIMITED": true, "INTERNAL_SERVER_ERROR": false}

func refused(code, message string, after time.Duration) error {
	isTemporary, isAboutServer := again[code]
	exit := exitRefused
	if isAboutServer {
		exit = exitUnreachable
	}
	return &failure{exit: exit, code: code, message: message, isTemporary: isTemporary, after: after}
}
