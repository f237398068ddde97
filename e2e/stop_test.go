//go:build e2e

package e2e_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"
)

// TestSigterm stops the program while it is reading requests: they are finished, and a restart knows of them.
func TestSigterm(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	loadDemo(t, data)
	s := start(t, data)
	client := newClient(t)
	if got := signIn(t, client, s.URL); len(got) != 0 {
		t.Fatalf("the demo's owner cannot sign in: %v", got)
	}
	before := workspace(t, client, s.URL)

	var running []*slowRequest
	names := before.names()
	for i := range 4 {
		name := fmt.Sprintf("西湖小面馆%d", i)
		names = append(names, name)
		running = append(running, begin(t, client, s.URL, create, miniProgram(t, before.ID, name)))
	}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		s.stop(t)
	}()
	waitUntil(t, "refusing new clients", func() bool { return status(s.URL+"/readyz") != http.StatusOK })
	for _, request := range running {
		got := answer[struct {
			CreateMiniProgram struct {
				MiniProgram *struct{ Status string }
				UserErrors  []struct{ Code string }
			}
		}](t, request.finish(t)).CreateMiniProgram
		if len(got.UserErrors) != 0 || got.MiniProgram == nil || got.MiniProgram.Status != "CREATED" {
			t.Errorf("a request that ran was not done: %+v", got)
		}
	}
	<-stopped

	// Cookies know no ports: the session is the same one.
	after := workspace(t, client, start(t, data).URL)
	kept := after.names()
	slices.Sort(names)
	if after.ID != before.ID || !slices.Equal(kept, names) {
		t.Errorf("after the restart there is %+v, want %v", after, names)
	}
}

const create = `mutation ($input: CreateMiniProgramInput!) {
  createMiniProgram(input: $input) { miniProgram { status } userErrors { code } }
}`

func miniProgram(t *testing.T, workspaceID, name string) map[string]any {
	t.Helper()
	return map[string]any{"input": map[string]any{
		"workspaceId": workspaceID, "launchTargetCode": "ALIPAY_CN", "name": name, "industryCode": "5812",
		"tagline": "现煮杭州面，扫码点餐不排队", "servicePhone": "0571-1234567", "serviceEmail": "service@demo.example",
		"description": "西湖边的家常面馆。到店扫码点餐、提前订座、查看今日菜单，也可以外卖到家。",
		"logo":        map[string]any{"base64": base64.StdEncoding.EncodeToString(logo(t))},
	}}
}

// logo is a picture that every launch target takes.
func logo(t *testing.T) []byte {
	t.Helper()
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 64, 64))); err != nil {
		t.Fatal(err)
	}
	return picture.Bytes()
}

// ownWorkspace is the first workspace of the viewer.
type ownWorkspace struct {
	ID           string
	MiniPrograms struct{ Nodes []struct{ Name string } }
}

// names returns the names of its mini programs in order.
func (w ownWorkspace) names() []string {
	var names []string
	for _, node := range w.MiniPrograms.Nodes {
		names = append(names, node.Name)
	}
	slices.Sort(names)
	return names
}

func workspace(t *testing.T, client *http.Client, url string) ownWorkspace {
	t.Helper()
	got := ask[struct {
		Viewer *struct {
			Memberships struct {
				Nodes []struct{ Workspace ownWorkspace }
			}
		}
	}](t, client, url, `{ viewer { memberships { nodes { workspace { id miniPrograms { nodes { name } } } } } } }`, nil)
	if got.Viewer == nil || len(got.Viewer.Memberships.Nodes) != 1 {
		t.Fatalf("not signed in, or without the workspace: %+v", got)
	}
	return got.Viewer.Memberships.Nodes[0].Workspace
}

// slowRequest is a request whose body is half sent.
type slowRequest struct {
	rest   []byte
	send   *io.PipeWriter
	answer chan *http.Response
	failed chan error
}

// begin sends a request up to the middle of its body. The server is handling it then: it has asked for the body.
func begin(t *testing.T, client *http.Client, url, query string, variables map[string]any) *slowRequest {
	t.Helper()
	text := body(t, query, variables)
	read, write := io.Pipe()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 2*patience)
	t.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/graphql", read)
	if err != nil {
		t.Fatal(err)
	}
	request.ContentLength = int64(len(text))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Expect", "100-continue")
	// A connection of its own, on which the body waits until the server asks for it.
	waiting := &http.Client{Jar: client.Jar, Transport: &http.Transport{DisableKeepAlives: true, ExpectContinueTimeout: time.Minute}}
	s := &slowRequest{rest: text[len(text)/2:], send: write, answer: make(chan *http.Response, 1), failed: make(chan error, 1)}
	go func() {
		response, err := waiting.Do(request)
		if err != nil {
			_ = read.CloseWithError(err)
			s.failed <- err
			return
		}
		s.answer <- response
	}()
	if _, err := write.Write(text[:len(text)/2]); err != nil {
		t.Fatal(err)
	}
	return s
}

// finish sends the rest and returns the answer.
func (s *slowRequest) finish(t *testing.T) *http.Response {
	t.Helper()
	if _, err := s.send.Write(s.rest); err != nil {
		t.Fatalf("the server takes no more of a request that runs: %v", err)
	}
	_ = s.send.Close()
	select {
	case response := <-s.answer:
		return response
	case err := <-s.failed:
		t.Fatalf("a request that ran got no answer: %v", err)
		return nil
	}
}
