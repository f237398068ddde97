package gqlhttp

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"minidock/internal/coercion"
	"minidock/internal/fault"
	"minidock/internal/request"
)

// What a multipart request can be refused with, where nothing of it has to be repeated.
var (
	errNoForm       = badRequest("The Content-Type of a multipart request must have a boundary.")
	errFormEnds     = badRequest("The form ends too early, or one of its boundaries is malformed.")
	errUnnamedPart  = badRequest("A part of the form has no name that can be read: write name=\"…\" and filename=\"…\" in its Content-Disposition, in quotes.")
	errMapNotJSON   = badRequest(`map must be a JSON object such as {"0": ["variables.input.logo.file"]}.`)
	errMapEmpty     = badRequest(`map is empty: it must say which variable the file is for, such as {"0": ["variables.input.logo.file"]}.`)
	errTooManyFiles = badRequest("Send one file at a time.")
	errNotSaved     = &fault.Refusal{Code: "UNAVAILABLE", Message: "The file cannot be received right now. Try again later."}
)

// formBytes is the most that a form may have besides the content of its parts: their headers and boundaries.
const formBytes = 8 << 10

// fieldMemory is how many bytes are held for each that is read of the parts before the file, which grow in memory.
const fieldMemory = 2

// limitedBody reads no more of a body than is allowed so far, and has what was read kept account of. The multipart reader holds the
// whole header of a part in memory, however long it is.
type limitedBody struct {
	io.ReadCloser
	left int64
	// received waits until there is room for what was read.
	received func(n int64) error
}

func (b *limitedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, &http.MaxBytesError{}
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	if n > 0 { // the end of a body waits for nothing
		if refusal := b.received(int64(n)); refusal != nil {
			return n, refusal
		}
	}
	return n, err
}

// uploadForm is a form that is read, and what its request holds.
type uploadForm struct {
	*multipart.Reader
	body *limitedBody
	held *releases
}

// readMultipart reads a request with a file, as the GraphQL multipart request specification requires. The file is kept in a
// spool until the request is answered, for which there are few places: one is taken when there is nothing to wait for any
// more. Files are received from people who are signed in only: nobody else may change anything that has a file.
func (h *Handler) readMultipart(w http.ResponseWriter, r *http.Request, held *releases) (*parsedRequest, *fault.Refusal) {
	if r.ContentLength > h.Limits.FileBytes+h.Limits.BesideBytes {
		return nil, errTooLarge
	}
	form := &uploadForm{body: &limitedBody{ReadCloser: r.Body}, held: held}
	r.Body = form.body
	var err error
	if form.Reader, err = r.MultipartReader(); err != nil {
		return nil, errNoForm
	}
	fields, refusal := h.receiveFields(r.Context(), form)
	if refusal != nil {
		return nil, refusal
	}
	if refusal := h.receiveFile(w, r, form, fields); refusal != nil {
		return nil, refusal
	}
	h.Viewers.Refresh(r.Context()) // receiving the file may have taken long
	fields.params.headers = r.Header
	return &parsedRequest{params: fields.params, timeout: h.Limits.UploadTime, hasFile: true}, nil
}

// receiveFields reads the parts that precede the file, into memory.
func (h *Handler) receiveFields(ctx context.Context, form *uploadForm) (*formFields, *fault.Refusal) {
	ctx, cancel := context.WithTimeout(ctx, h.Limits.ReadTime)
	defer cancel()
	memory := h.memory.hold(request.CallerOf(ctx).Network())
	form.held.add(memory.release)
	form.body.left = h.Limits.BesideBytes + formBytes
	form.body.received = func(n int64) error { return memory.grow(ctx, fieldMemory*n) }
	return h.readFields(form)
}

// receiveFile reads the file into a spool and waits for a place to work on it.
func (h *Handler) receiveFile(w http.ResponseWriter, r *http.Request, form *uploadForm, fields *formFields) *fault.Refusal {
	userID, refusal := h.userID(r.Context())
	switch {
	case refusal != nil:
		return refusal
	case userID == "":
		return fault.ErrUnauthenticated
	}
	if refusal := h.wait(r.Context(), form.held, h.uploads.ofUser.acquire, userID); refusal != nil {
		return refusal
	}
	ctx, cancel := context.WithTimeout(r.Context(), h.Limits.UploadTime)
	defer cancel()
	network := request.CallerOf(r.Context()).Network()
	space := h.space.hold(network)
	form.held.add(space.release)
	form.body.received = spool(ctx, space, newPace(w, h.Limits))
	if refusal := h.readFile(ctx, form, fields); refusal != nil {
		return refusal
	}
	stopReadDeadline(w)
	return h.wait(r.Context(), form.held, h.uploads.work, network)
}

// wait waits until something of which there are few is free, which is then held.
func (h *Handler) wait(ctx context.Context, held *releases, acquire func(ctx context.Context, key string) (func(), error), key string) *fault.Refusal {
	ctx, cancel := context.WithTimeout(ctx, h.Limits.UploadTime)
	defer cancel()
	release, err := acquire(ctx, key)
	if err != nil {
		return refusalOfEnded(ctx)
	}
	held.add(release)
	return nil
}

// formFields are the parts of a form that precede the file: the request, the name of the file's part and the path of its variable.
type formFields struct {
	params *params
	part   string
	path   []string
}

func (h *Handler) readFields(form *uploadForm) (*formFields, *fault.Refusal) {
	operations, refusal := h.readPart(form, "operations")
	if refusal != nil {
		return nil, refusal
	}
	params, refusal := decode("operations", operations)
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

// readFile reads the file and the end of the form, and sets the file's variable.
func (h *Handler) readFile(ctx context.Context, form *uploadForm, fields *formFields) *fault.Refusal {
	part, refusal := form.next()
	switch {
	case refusal != nil:
		return refusal
	case part.FormName() != fields.part:
		return badRequest("map names the part %s, but the file is in the part %s.", coercion.Inspect(fields.part), coercion.Inspect(part.FormName()))
	}
	form.body.left = h.Limits.FileBytes + formBytes
	file, refusal := h.receive(ctx, part, form.held)
	if refusal != nil {
		return refusal
	}
	form.body.left = formBytes
	if further, err := form.NextPart(); err == nil {
		return badRequest("The form has the part %s after the file: send one file at a time.", coercion.Inspect(further.FormName()))
	} else if !errors.Is(err, io.EOF) {
		return unreadable(err, errFormEnds)
	}
	if _, err := io.Copy(io.Discard, form.body); err != nil { // what follows the form
		return unreadable(err, errFormEnds)
	}
	upload := graphql.Upload{File: file, Filename: part.FileName(), Size: file.Size(), ContentType: part.Header.Get("Content-Type")}
	if !setVariable(fields.params.variables, fields.path, upload) {
		return badRequest("map names %s, but operations has no null there.", coercion.Inspect("variables."+strings.Join(fields.path, ".")))
	}
	return nil
}

// next returns the next part, which must have a name.
func (f *uploadForm) next() (*multipart.Part, *fault.Refusal) {
	part, err := f.NextPart()
	switch {
	case err != nil:
		return nil, unreadable(err, errFormEnds)
	case part.FormName() == "":
		return nil, errUnnamedPart
	}
	return part, nil
}

// readPart reads the next part, which must have this name.
func (h *Handler) readPart(form *uploadForm, name string) ([]byte, *fault.Refusal) {
	part, refusal := form.next()
	switch {
	case refusal != nil:
		return nil, refusal
	case part.FormName() != name:
		return nil, badRequest("The parts of the form must be operations, map and one file, in this order: found %s where %s belongs.", coercion.Inspect(part.FormName()), name)
	}
	content, err := io.ReadAll(io.LimitReader(part, h.Limits.BesideBytes+1))
	if err != nil {
		return nil, unreadable(err, errFormEnds)
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
		return "", nil, errMapNotJSON
	}
	if len(parts) > 1 {
		return "", nil, errTooManyFiles
	}
	for part, paths := range parts {
		if len(paths) != 1 {
			return "", nil, badRequest("map must assign the part %s to one variable, not to %d.", coercion.Inspect(part), len(paths))
		}
		steps := strings.Split(paths[0], ".")
		if len(steps) < 2 || steps[0] != "variables" {
			return "", nil, badRequest(`map must name a variable, such as "variables.input.logo.file", and not %s.`, coercion.Inspect(paths[0]))
		}
		return part, steps[1:], nil
	}
	return "", nil, errMapEmpty
}

// setVariable sets the variable at the path, which must be null, to the upload, and says whether there is such a variable. No input
// has a list of files, so every step is the name of a field.
func setVariable(variables *coercion.Object, path []string, upload graphql.Upload) bool {
	object := variables
	for _, step := range path[:len(path)-1] {
		inner, _ := object.Get(step)
		var ok bool
		if object, ok = inner.(*coercion.Object); !ok {
			return false
		}
	}
	last := path[len(path)-1]
	if value, ok := object.Get(last); !ok || value != nil {
		return false
	}
	object.Set(last, upload)
	return true
}

// Upload is a file that was received, as an upload has it.
type Upload struct {
	*io.SectionReader
	// Spool is where it is kept, until the request is answered.
	Spool Spool
}

// Spooled is where the file is kept.
func (u Upload) Spooled() any { return u.Spool }

// receive keeps a file until the request is answered.
func (h *Handler) receive(ctx context.Context, part *multipart.Part, held *releases) (Upload, *fault.Refusal) {
	spool, err := h.Spool(ctx)
	if err != nil {
		return Upload{}, errNotSaved
	}
	held.add(spool.Discard)
	size, err := io.Copy(spool, io.LimitReader(part, h.Limits.FileBytes+1))
	switch {
	case err != nil:
		return Upload{}, unreadable(err, errFormEnds)
	case size > h.Limits.FileBytes:
		return Upload{}, errTooLarge
	}
	return Upload{io.NewSectionReader(spool, 0, size), spool}, nil
}
