package graph

import (
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"minidock/internal/fault"
)

const (
	// maxFile is the most bytes of a file, maxBeside the most of what is sent beside it.
	maxFile   = 11 << 20
	maxBeside = 64 << 10
	// maxUploads is how many files are received at once; others wait.
	maxUploads = 4
)

var uploads = make(chan struct{}, maxUploads)

// What a multipart request can be refused for.
var (
	errOddForm  = &fault.Refusal{Code: "BAD_REQUEST", Message: "A multipart request has the parts operations, map and one file, in this order."}
	errOddMap   = &fault.Refusal{Code: "BAD_REQUEST", Message: `map must name the file's one place: {"0": ["variables.input.logo.file"]}, where operations has null.`}
	errTooMany  = &fault.Refusal{Code: "BAD_REQUEST", Message: "Send one file at a time."}
	errNotSaved = &fault.Refusal{Code: "UNAVAILABLE", Message: "The file cannot be received right now. Try again later."}
)

// readMultipart reads a request with a file, as the GraphQL multipart request specification says. The file waits in a
// temporary one until the request is answered. None is received from whoever is signed out, who may change nothing that has
// a file.
func readMultipart(w http.ResponseWriter, r *http.Request) (*request, *fault.Refusal) {
	if r.ContentLength > maxFile+maxBeside {
		return nil, errTooLarge
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxFile+maxBeside)
	form, err := r.MultipartReader()
	if err != nil {
		return nil, errOddForm
	}
	beside, refusal := readBeside(form)
	if refusal != nil {
		return nil, refusal
	}
	if !actor(r.Context()).SignedIn() {
		return nil, fault.ErrUnauthenticated
	}
	select {
	case uploads <- struct{}{}:
	case <-r.Context().Done():
		return nil, fault.ErrUnavailable
	}
	file, refusal := readFile(form, beside)
	release := func() {
		if file != nil {
			_ = file.Close()
		}
		<-uploads
	}
	if refusal != nil {
		release()
		return nil, refusal
	}
	beside.params.Headers = r.Header
	return &request{params: beside.params, deadline: uploadDeadline, release: release}, nil
}

// beside is what is sent beside a file: the request, the name of the file's part and its place among the variables.
type beside struct {
	params *graphql.RawParams
	name   string
	place  []string
}

func readBeside(form *multipart.Reader) (*beside, *fault.Refusal) {
	operations, refusal := readPart(form, "operations")
	if refusal != nil {
		return nil, refusal
	}
	params, refusal := decode(operations)
	if refusal != nil {
		return nil, refusal
	}
	places, refusal := readPart(form, "map")
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
func readFile(form *multipart.Reader, b *beside) (*os.File, *fault.Refusal) {
	part, err := form.NextPart()
	if err != nil || part.FormName() != b.name {
		return nil, unlessTooLarge(err, errOddForm)
	}
	file, size, refusal := receive(part)
	if refusal != nil {
		return nil, refusal
	}
	upload := graphql.Upload{File: file, Filename: part.FileName(), Size: size, ContentType: part.Header.Get("Content-Type")}
	switch _, err := form.NextPart(); {
	case err == nil:
		refusal = errTooMany
	case !errors.Is(err, io.EOF):
		refusal = unlessTooLarge(err, errOddForm)
	case !put(b.params.Variables, b.place, upload):
		refusal = errOddMap
	}
	return file, refusal
}

// readPart reads the next part, which must have this name.
func readPart(form *multipart.Reader, name string) ([]byte, *fault.Refusal) {
	part, err := form.NextPart()
	if err != nil || part.FormName() != name {
		return nil, unlessTooLarge(err, errOddForm)
	}
	content, err := io.ReadAll(io.LimitReader(part, maxBeside+1))
	if err != nil {
		return nil, unlessTooLarge(err, errOddForm)
	}
	if len(content) > maxBeside {
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
func receive(part *multipart.Part) (*os.File, int64, *fault.Refusal) {
	file, err := os.CreateTemp("", "minidock-upload-")
	if err != nil {
		return nil, 0, errNotSaved
	}
	_ = os.Remove(file.Name())
	size, err := io.Copy(file, io.LimitReader(part, maxFile+1))
	switch {
	case err != nil:
		err = errors.Join(err, file.Close())
		return nil, 0, unlessTooLarge(err, errOddForm)
	case size > maxFile:
		_ = file.Close()
		return nil, 0, errTooLarge
	}
	return file, size, nil
}

func unlessTooLarge(err error, otherwise *fault.Refusal) *fault.Refusal {
	if err != nil && unreadable(err) == errTooLarge {
		return errTooLarge
	}
	return otherwise
}
