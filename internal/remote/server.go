// Package remote does what machines do with a minidock elsewhere: it uploads versions and lists them.
package remote

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Server is a minidock elsewhere, and how it is used.
type Server struct {
	// URL is where it is found, such as https://mini.example.com.
	URL string
	// Token is the API token that requests are sent with.
	Token string
	// MiniProgram is the id or the app id of the mini program that the commands are about.
	MiniProgram string
	// JSON is whether results are written to Stdout as one JSON object, and not as lines of text.
	JSON bool
	// Stdout receives the results, Stderr what happens meanwhile.
	Stdout, Stderr io.Writer
	// IsTerminal is whether Stderr is a terminal, which shows a bar.
	IsTerminal bool

	// Pause is how long to wait before a request is repeated for the first time; then twice as long each time. Default: a second.
	Pause time.Duration
	// Patience is how long a request may take, and how long the answer to a file. Default: a minute, and five.
	Patience, FilePatience time.Duration
}

// client returns the client of the server, or a usage error.
func (s Server) client(progress *progress) (*client, error) {
	endpoint, err := endpointOf(s.URL)
	switch {
	case err != nil:
		return nil, err
	case strings.TrimSpace(s.MiniProgram) == "":
		return nil, usage("no mini program is named: set --mini-program or MINIDOCK_MINI_PROGRAM to its id or its app id")
	case s.Token == "":
		return nil, usage("there is no token: set the environment variable MINIDOCK_TOKEN to one that the workspace's owner or a master has made")
	case strings.ContainsFunc(s.Token, func(c rune) bool { return c <= ' ' || c > '~' }):
		return nil, usage("the environment variable MINIDOCK_TOKEN is not a token: it has blanks, line breaks or other characters that none has")
	}
	return &client{
		endpoint: endpoint, token: s.Token, progress: progress, http: newHTTPClient(), pause: or(s.Pause, time.Second),
		patience: or(s.Patience, time.Minute), filePatience: or(s.FilePatience, 5*time.Minute),
	}, nil
}

func or(value, otherwise time.Duration) time.Duration {
	if value == 0 {
		return otherwise
	}
	return value
}

// endpointOf returns where the server's API is.
func endpointOf(server string) (string, error) {
	at, err := url.Parse(server)
	if err != nil || at.Scheme != "http" && at.Scheme != "https" || at.Host == "" || at.User != nil || at.RawQuery != "" || at.Fragment != "" {
		return "", usage(fmt.Sprintf("%q is not the address of a server, such as https://mini.example.com", server))
	}
	return strings.TrimSuffix(strings.TrimRight(server, "/"), "/graphql") + "/graphql", nil
}

// newHTTPClient returns a client that asks before it sends a file, so that a server which refuses it can say so, and that follows no
// redirects: a POST would arrive as a GET, and the token at another host.
func newHTTPClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}
