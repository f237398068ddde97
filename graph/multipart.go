package graph

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"minidock/internal/fault"
)

// What a multipart request can be refused for.
var (
	errOddForm  = &fault.Refusal{Code: "BAD_REQUEST", Message: "A multipart request has the parts operations, map and one file, in this order."}
	errOddMap   = &fault.Refusal{Code: "BAD_REQUEST", Message: `map must name the file's one place: {"0": ["variables.input.logo.file"]}, where operations has null.`}
	errTooMany  = &fault.Refusal{Code: "BAD_REQUEST", Message: "Send one file at a time."}
	errNotSaved = &fault.Refusal{Code: "UNAVAILABLE", Message: "The file cannot be received right now. Try again later."}
)

// formBytes is the most that a form may have beside the content of its parts: their headers, and what divides them.
const formBytes = 8 << 10

// allowance reads no more of a body than is allowed so far. The header of a part is held in memory, however long it is, before
// anything of it is known.
type allowance struct {
	io.ReadCloser
	left int64
}

func (a *allowance) Read(p []byte) (int, error) {
	if a.left <= 0 {
		return 0, &http.MaxBytesError{}
	}
	n, err := a.ReadCloser.Read(p[:min(int64(len(p)), a.left)])
	a.left -= int64(n)
	return n, err
}

// readMultipart reads a request with a file, as the GraphQL multipart request specification says. The file waits in a
// temporary one until the request is answered. None is received from whoever is signed out, who may change nothing that has
// a file.
func (a *api) readMultipart(w http.ResponseWriter, r *http.Request) (*request, *fault.Refusal) {
	maxBody := a.limits.FileBytes + a.limits.BesideBytes
	if r.ContentLength > maxBody {
		return nil, errTooLarge
	}
	body := &allowance{http.MaxBytesReader(w, r.Body, maxBody), a.limits.BesideBytes + formBytes}
	r.Body = body
	form, err := r.MultipartReader()
	if err != nil {
		return nil, errOddForm
	}
	beside, refusal := a.readBeside(form)
	if refusal != nil {
		return nil, refusal
	}
	principal, refusal := a.principal(r.Context())
	if refusal != nil {
		return nil, refusal
	}
	if !principal.SignedIn() {
		return nil, fault.ErrUnauthenticated
	}
	leave, refusal := a.takePlace(w, r, principal.UserID)
	if refusal != nil {
		return nil, refusal
	}
	file, refusal := a.readFile(form, body, beside)
	release := func() {
		if file != nil {
			_ = file.Close()
		}
		leave()
	}
	if refusal != nil {
		release()
		return nil, refusal
	}
	viewer(r.Context()).Stale() // the file may have taken long
	beside.params.Headers = r.Header
	return &request{params: beside.params, deadline: a.limits.UploadTime, upload: true, release: release}, nil
}

// takePlace waits for the file's turn, and has the connection wait for the file as long as a file may take.
func (a *api) takePlace(w http.ResponseWriter, r *http.Request, userID string) (leave func(), refusal *fault.Refusal) {
	ctx, cancel := context.WithTimeout(r.Context(), a.limits.UploadTime)
	defer cancel()
	leave, err := a.uploads.take(ctx, userID)
	if err != nil {
		return nil, overdue(ctx)
	}
	// A connection that is gone is noticed when the file is read.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(a.limits.UploadTime))
	return leave, nil
}

// beside is what is sent beside a file: the request, the name of the file's part and its place among the variables.
type beside struct {
	params *graphql.RawParams
	name   string
	place  []string
}

func (a *api) readBeside(form *multipart.Reader) (*beside, *fault.Refusal) {
	operations, refusal := a.readPart(form, "operations")
	if refusal != nil {
		return nil, refusal
	}
	params, refusal := decode(operations)
	if refusal != nil {
		return nil, refusal
	}
	places, refusal := a.readPart(form, "map")
	if refusal != nil {
		return nil, refusal
	}
	name, place, refusal := readMap(places)
	if refusal != nil {
		return nil, refusal
	}
	return &beside{params, name, place}, nil
}

// readFile receives the file and puts it at its place. A file that comes with a refusal is still to be closed.
func (a *api) readFile(form *multipart.Reader, body *allowance, b *beside) (*os.File, *fault.Refusal) {
	part, err := form.NextPart()
	if err != nil || part.FormName() != b.name {
		return nil, unreadable(err, errOddForm)
	}
	body.left = a.limits.FileBytes + formBytes
	file, size, refusal := a.receive(part)
	if refusal != nil {
		return nil, refusal
	}
	body.left = formBytes
	upload := graphql.Upload{File: file, Filename: part.FileName(), Size: size, ContentType: part.Header.Get("Content-Type")}
	switch _, err := form.NextPart(); {
	case err == nil:
		refusal = errTooMany
	case !errors.Is(err, io.EOF):
		refusal = unreadable(err, errOddForm)
	case !put(b.params.Variables, b.place, upload):
		refusal = errOddMap
	}
	return file, refusal
}

// readPart reads the next part, which must have this name.
func (a *api) readPart(form *multipart.Reader, name string) ([]byte, *fault.Refusal) {
	part, err := form.NextPart()
	if err != nil || part.FormName() != name {
		return nil, unreadable(err, errOddForm)
	}
	content, err := io.ReadAll(io.LimitReader(part, a.limits.BesideBytes+1))
	if err != nil {
		return nil, unreadable(err, errOddForm)
	}
	if int64(len(content)) > a.limits.BesideBytes {
		return nil, errTooLarge
	}
	return content, nil
}

// readMap returns the name of the file's part and its one place among the variables.
func readMap(text []byte) (name string, place []string, refusal *fault.Refusal) {
	var parts map[string][]string
	if err := json.Unmarshal(text, &parts); err != nil {
		return "", nil, errOddMap
	}
	if len(parts) > 1 {
		return "", nil, errTooMany
	}
	for part, places := range parts {
		if len(places) != 1 {
			return "", nil, errOddMap
		}
		steps := strings.Split(places[0], ".")
		if len(steps) < 2 || steps[0] != "variables" {
			return "", nil, errOddMap
		}
		return part, steps[1:], nil
	}
	return "", nil, errOddMap
}

// put sets the upload at its place, where there must be null, and tells whether there was such a place. No input has a
// list of files, so every step is the name of a field.
func put(variables map[string]any, place []string, upload graphql.Upload) bool {
	object := variables
	for _, step := range place[:len(place)-1] {
		inner, ok := object[step].(map[string]any)
		if !ok {
			return false
		}
		object = inner
	}
	last := place[len(place)-1]
	if there, ok := object[last]; !ok || there != nil {
		return false
	}
	object[last] = upload
	return true
}

// receive writes a file to a temporary one that has no name and is gone when it is closed.
func (a *api) receive(part *multipart.Part) (*os.File, int64, *fault.Refusal) {
	file, err := os.CreateTemp("", "minidock-upload-")
	if err != nil {
		return nil, 0, errNotSaved
	}
	_ = os.Remove(file.Name())
	size, err := io.Copy(file, io.LimitReader(part, a.limits.FileBytes+1))
	switch {
	case err != nil:
		err = errors.Join(err, file.Close())
		return nil, 0, unreadable(err, errOddForm)
	case size > a.limits.FileBytes:
		_ = file.Close()
		return nil, 0, errTooLarge
	}
	return file, size, nil
}
