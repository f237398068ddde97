package gqlhttp

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

// What a multipart request can be refused with.
var (
	errBadForm      = &fault.Refusal{Code: "BAD_REQUEST", Message: "A multipart request has the parts operations, map and one file, in this order."}
	errBadMap       = &fault.Refusal{Code: "BAD_REQUEST", Message: `map must assign the file to exactly one variable: {"0": ["variables.input.logo.file"]}, where operations has null.`}
	errTooManyFiles = &fault.Refusal{Code: "BAD_REQUEST", Message: "Send one file at a time."}
	errNotSaved     = &fault.Refusal{Code: "UNAVAILABLE", Message: "The file cannot be received right now. Try again later."}
)

// formBytes is the most that a form may have besides the content of its parts: their headers and boundaries.
const formBytes = 8 << 10

// limitedBody reads no more of a body than is allowed so far. The multipart reader holds the whole header of a part in memory,
// however long it is.
type limitedBody struct {
	io.ReadCloser
	left int64
}

func (b *limitedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, &http.MaxBytesError{}
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// readMultipart reads a request with a file, as the GraphQL multipart request specification requires. The file is kept in a
// temporary file until the request is answered. Files are received from people who are signed in only: nobody else may change
// anything that has a file.
func (h *Handler) readMultipart(w http.ResponseWriter, r *http.Request) (*parsedRequest, *fault.Refusal) {
	maxBody := h.Limits.FileBytes + h.Limits.BesideBytes
	if r.ContentLength > maxBody {
		return nil, errTooLarge
	}
	body := &limitedBody{http.MaxBytesReader(w, r.Body, maxBody), h.Limits.BesideBytes + formBytes}
	r.Body = body
	form, err := r.MultipartReader()
	if err != nil {
		return nil, errBadForm
	}
	fields, refusal := h.readFields(form)
	if refusal != nil {
		return nil, refusal
	}
	userID, refusal := h.userID(r.Context())
	if refusal != nil {
		return nil, refusal
	}
	if userID == "" {
		return nil, fault.ErrUnauthenticated
	}
	releaseTurn, refusal := h.waitForTurn(w, r, userID)
	if refusal != nil {
		return nil, refusal
	}
	file, refusal := h.readFile(form, body, fields)
	release := func() {
		if file != nil {
			_ = file.Close()
		}
		releaseTurn()
	}
	if refusal != nil {
		release()
		return nil, refusal
	}
	h.Viewers.Refresh(r.Context()) // receiving the file may have taken long
	fields.params.Headers = r.Header
	return &parsedRequest{params: fields.params, timeout: h.Limits.UploadTime, hasFile: true, release: release}, nil
}

// waitForTurn waits until the file may be received, and extends the connection's deadline to how long a file may take.
func (h *Handler) waitForTurn(w http.ResponseWriter, r *http.Request, userID string) (release func(), refusal *fault.Refusal) {
	ctx, cancel := context.WithTimeout(r.Context(), h.Limits.UploadTime)
	defer cancel()
	release, err := h.uploads.acquire(ctx, userID)
	if err != nil {
		return nil, refusalOfEnded(ctx)
	}
	// If the connection is gone, reading the file fails.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(h.Limits.UploadTime))
	return release, nil
}

// formFields are the parts of a form that precede the file: the request, the name of the file's part and the path of its variable.
type formFields struct {
	params *graphql.RawParams
	part   string
	path   []string
}

func (h *Handler) readFields(form *multipart.Reader) (*formFields, *fault.Refusal) {
	operations, refusal := h.readPart(form, "operations")
	if refusal != nil {
		return nil, refusal
	}
	params, refusal := decode(operations)
	if refusal != nil {
		return nil, refusal
	}
	paths, refusal := h.readPart(form, "map")
	if refusal != nil {
		return nil, refusal
	}
	part, path, refusal := readMap(paths)
	if refusal != nil {
		return nil, refusal
	}
	return &formFields{params, part, path}, nil
}

// readFile receives the file and sets its variable. A file that is returned with a refusal is still to be closed.
func (h *Handler) readFile(form *multipart.Reader, body *limitedBody, fields *formFields) (*os.File, *fault.Refusal) {
	part, err := form.NextPart()
	if err != nil || part.FormName() != fields.part {
		return nil, unreadable(err, errBadForm)
	}
	body.left = h.Limits.FileBytes + formBytes
	file, size, refusal := h.receive(part)
	if refusal != nil {
		return nil, refusal
	}
	body.left = formBytes
	upload := graphql.Upload{File: file, Filename: part.FileName(), Size: size, ContentType: part.Header.Get("Content-Type")}
	switch _, err := form.NextPart(); {
	case err == nil:
		refusal = errTooManyFiles
	case !errors.Is(err, io.EOF):
		refusal = unreadable(err, errBadForm)
	case !setVariable(fields.params.Variables, fields.path, upload):
		refusal = errBadMap
	}
	return file, refusal
}

// readPart reads the next part, which must have this name.
func (h *Handler) readPart(form *multipart.Reader, name string) ([]byte, *fault.Refusal) {
	part, err := form.NextPart()
	if err != nil || part.FormName() != name {
		return nil, unreadable(err, errBadForm)
	}
	content, err := io.ReadAll(io.LimitReader(part, h.Limits.BesideBytes+1))
	if err != nil {
		return nil, unreadable(err, errBadForm)
	}
	if int64(len(content)) > h.Limits.BesideBytes {
		return nil, errTooLarge
	}
	return content, nil
}

// readMap returns the name of the file's part and the path of its one variable.
func readMap(text []byte) (part string, path []string, refusal *fault.Refusal) {
	var parts map[string][]string
	if err := json.Unmarshal(text, &parts); err != nil {
		return "", nil, errBadMap
	}
	if len(parts) > 1 {
		return "", nil, errTooManyFiles
	}
	for part, paths := range parts {
		if len(paths) != 1 {
			return "", nil, errBadMap
		}
		steps := strings.Split(paths[0], ".")
		if len(steps) < 2 || steps[0] != "variables" {
			return "", nil, errBadMap
		}
		return part, steps[1:], nil
	}
	return "", nil, errBadMap
}

// setVariable sets the variable at the path, which must be null, to the upload, and says whether there is such a variable. No input
// has a list of files, so every step is the name of a field.
func setVariable(variables map[string]any, path []string, upload graphql.Upload) bool {
	object := variables
	for _, step := range path[:len(path)-1] {
		inner, ok := object[step].(map[string]any)
		if !ok {
			return false
		}
		object = inner
	}
	last := path[len(path)-1]
	if value, ok := object[last]; !ok || value != nil {
		return false
	}
	object[last] = upload
	return true
}

// receive writes a file to a temporary file that has no name, so that it is gone when it is closed.
func (h *Handler) receive(part *multipart.Part) (*os.File, int64, *fault.Refusal) {
	file, err := os.CreateTemp("", "minidock-upload-")
	if err != nil {
		return nil, 0, errNotSaved
	}
	_ = os.Remove(file.Name())
	size, err := io.Copy(file, io.LimitReader(part, h.Limits.FileBytes+1))
	switch {
	case err != nil:
		err = errors.Join(err, file.Close())
		return nil, 0, unreadable(err, errBadForm)
	case size > h.Limits.FileBytes:
		_ = file.Close()
		return nil, 0, errTooLarge
	}
	return file, size, nil
}
