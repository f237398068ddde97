package apitest

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Request is one that goes to the server's handler without a network. What is empty is a POST of JSON to the API.
type Request struct {
	Method, Target, ContentType, Accept string
	Body                                io.Reader
	Header                              http.Header
	// By is whose session it is sent in; nil for a visitor.
	By *Person
}

// PostJSON returns a request with this body.
func PostJSON(body string) Request { return Request{Body: strings.NewReader(body)} }

// Handle has the server's handler answer a request.
func (w *World) Handle(t *testing.T, request Request) *Recorded {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), cmp.Or(request.Method, http.MethodPost), cmp.Or(request.Target, "/graphql"), request.Body)
	for name, values := range request.Header {
		r.Header[name] = values
	}
	if r.Method == http.MethodPost {
		r.Header.Set("Content-Type", cmp.Or(request.ContentType, "application/json"))
	}
	if request.Accept != "" {
		r.Header.Set("Accept", request.Accept)
	}
	if request.By != nil {
		r.AddCookie(request.By.Cookie(t))
	}
	recorder := httptest.NewRecorder()
	w.Server.ServeHTTP(recorder, r)
	return ReadRecorded(t, recorder)
}

// HandleQuery has the server's handler answer a query, with its cost.
func (w *World) HandleQuery(t *testing.T, by *Person, query string, variables Vars) *Recorded {
	t.Helper()
	return w.Handle(t, Request{Body: QueryBody(t, query, variables), By: by, Header: http.Header{"Graphql-Cost": {"1"}}})
}

// Part is a part of a multipart request; a file when it has a file name.
type Part struct{ Name, File, Content string }

// Form returns a multipart body with the boundary "x".
func Form(parts ...Part) string {
	var text strings.Builder
	for _, p := range parts {
		text.WriteString("--x\r\nContent-Disposition: form-data; name=\"" + p.Name + "\"")
		if p.File != "" {
			text.WriteString("; filename=\"" + p.File + "\"\r\nContent-Type: image/png")
		}
		text.WriteString("\r\n\r\n" + p.Content + "\r\n")
	}
	return text.String() + "--x--\r\n"
}

const (
	// UpdateLogo is a mutation that takes a file at LogoPath.
	UpdateLogo = "mutation($input: UpdateMiniProgramInput!) { updateMiniProgram(input: $input) { miniProgram { id } userErrors { code } } }"
	// LogoPath is where the file belongs in the operations of UpdateLogo.
	LogoPath = "variables.input.logo.file"
	// UploadsAtOnce is more than how many files are worked on at once.
	UploadsAtOnce = 5
)

// LogoOperations, LogoMap and LogoFile are the parts of a form that sends UpdateLogo.
var (
	LogoOperations = Part{Name: "operations", Content: `{"query":"` + UpdateLogo + `","variables":{"input":{"miniProgramId":"mpr_x","logo":{"file":null}}}}`}
	LogoMap        = Part{Name: "map", Content: `{"0":["` + LogoPath + `"]}`}
	LogoFile       = Part{Name: "0", File: "logo.png", Content: "not a picture"}
)

// HandleForm has the server's handler answer a multipart request. The test ends when there is no room for the upload for 20 s.
func (w *World) HandleForm(t *testing.T, by *Person, body io.Reader) *Recorded {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	request := httptest.NewRequestWithContext(ctx, http.MethodPost, "/graphql", body)
	request.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	request.Header.Set("GraphQL-Require-Preflight", "1")
	if by != nil {
		request.AddCookie(by.Cookie(t))
	}
	recorder := httptest.NewRecorder()
	w.Server.ServeHTTP(recorder, request)
	if ctx.Err() != nil {
		t.Fatal("there was no room for the upload")
	}
	return ReadRecorded(t, recorder)
}

// Numbered returns a text n times, with "#" in it replaced by the numbers from 0.
func Numbered(n int, text string) string {
	return Repeated(n, func(i int) string { return strings.ReplaceAll(text, "#", strconv.Itoa(i)) })
}

// ExpectUploads makes sure that files are still received.
func (w *World) ExpectUploads(t *testing.T, by *Person, after string) {
	t.Helper()
	answer := w.HandleForm(t, by, strings.NewReader(Form(LogoOperations, LogoMap, LogoFile)))
	if code := answer.Code(t); code != "NOT_FOUND" || !answer.HasData || answer.Status != http.StatusOK {
		t.Errorf("after %s: status %d: %s", after, answer.Status, answer.Body)
	}
}

// SlowBody returns a body whose second half comes after a pause.
func SlowBody(content []byte, pause time.Duration) io.Reader {
	return &slowBody{bytes.NewReader(content), int64(len(content) / 2), pause}
}

type slowBody struct {
	*bytes.Reader
	half  int64
	pause time.Duration
}

// Read pauses in the middle.
func (b *slowBody) Read(p []byte) (int, error) {
	switch left := int64(b.Len()); {
	case left > b.half:
		return b.Reader.Read(p[:min(int64(len(p)), left-b.half)])
	case left == b.half:
		<-time.After(b.pause)
	}
	return b.Reader.Read(p)
}
