package api_test

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"minidock/internal/apitest"
)

func oddForms() map[string]string {
	operations := func(content string) string {
		return apitest.Form(apitest.Part{Name: "operations", Content: content}, apitest.LogoMap, apitest.LogoFile)
	}
	mapped := func(content string) string {
		return apitest.Form(apitest.LogoOperations, apitest.Part{Name: "map", Content: content}, apitest.LogoFile)
	}
	mappedTo := func(at string) string { return mapped(`{"0":["` + at + `"]}`) }
	with := func(variables, at string) string {
		return apitest.Form(apitest.Part{Name: "operations", Content: `{"query":"` + apitest.UpdateLogo + `","variables":` + variables + `}`}, apitest.Part{Name: "map", Content: `{"0":["` + at + `"]}`}, apitest.LogoFile)
	}
	return map[string]string{
		"nothing":                      "",
		"no part":                      "--x--\r\n",
		"no end":                       strings.TrimSuffix(apitest.Form(apitest.LogoOperations, apitest.LogoMap, apitest.LogoFile), "--x--\r\n"),
		"another boundary":             strings.ReplaceAll(apitest.Form(apitest.LogoOperations, apitest.LogoMap, apitest.LogoFile), "--x", "--y"),
		"operations only":              apitest.Form(apitest.LogoOperations),
		"no operations":                apitest.Form(apitest.LogoMap, apitest.LogoFile),
		"no map":                       apitest.Form(apitest.LogoOperations, apitest.LogoFile),
		"no file":                      apitest.Form(apitest.LogoOperations, apitest.LogoMap),
		"file first":                   apitest.Form(apitest.LogoFile, apitest.LogoOperations, apitest.LogoMap),
		"map first":                    apitest.Form(apitest.LogoMap, apitest.LogoOperations, apitest.LogoFile),
		"file before the map":          apitest.Form(apitest.LogoOperations, apitest.LogoFile, apitest.LogoMap),
		"operations twice":             apitest.Form(apitest.LogoOperations, apitest.LogoOperations, apitest.LogoMap, apitest.LogoFile),
		"map twice":                    apitest.Form(apitest.LogoOperations, apitest.LogoMap, apitest.LogoMap, apitest.LogoFile),
		"file twice":                   apitest.Form(apitest.LogoOperations, apitest.LogoMap, apitest.LogoFile, apitest.LogoFile),
		"more behind it":               apitest.Form(apitest.LogoOperations, apitest.LogoMap, apitest.LogoFile, apitest.Part{Name: "1", Content: "x"}),
		"another file":                 apitest.Form(apitest.LogoOperations, apitest.LogoMap, apitest.Part{Name: "1", File: "logo.png", Content: "x"}),
		"a file without a name":        apitest.Form(apitest.LogoOperations, apitest.LogoMap, apitest.Part{Name: "", File: "logo.png", Content: "x"}),
		"operations not JSON":          operations("x"),
		"operations empty":             operations(""),
		"operations a batch":           operations("[" + apitest.LogoOperations.Content + "]"),
		"operations without a query":   operations("{}"),
		"map not JSON":                 mapped("x"),
		"map empty":                    mapped(""),
		"map null":                     mapped("null"),
		"map of nothing":               mapped("{}"),
		"map a list":                   mapped(`["` + apitest.LogoPath + `"]`),
		"map a text":                   mapped(`"` + apitest.LogoPath + `"`),
		"map to a text":                mapped(`{"0":"` + apitest.LogoPath + `"}`),
		"map to numbers":               mapped(`{"0":[0]}`),
		"map to null":                  mapped(`{"0":[null]}`),
		"map to no path":               mapped(`{"0":[]}`),
		"map to null for paths":        mapped(`{"0":null}`),
		"map of two files":             mapped(`{"0":["` + apitest.LogoPath + `"],"1":["` + apitest.LogoPath + `"]}`),
		"path empty":                   mappedTo(""),
		"path variables":               mappedTo("variables"),
		"path with an empty step":      mappedTo("variables."),
		"path with empty steps":        mappedTo("variables....."),
		"path outside variables":       mappedTo("query"),
		"path in extensions":           mappedTo("extensions.input.logo.file"),
		"path without variables":       mappedTo("input.logo.file"),
		"path in a batch":              mappedTo("0." + apitest.LogoPath),
		"path unknown":                 mappedTo("variables.input.logo.nothing"),
		"path too deep":                mappedTo(apitest.LogoPath + ".0"),
		"path an object":               mappedTo("variables.input.logo"),
		"path a text":                  mappedTo("variables.input.miniProgramId"),
		"path through a text":          mappedTo("variables.input.miniProgramId.file"),
		"path not null":                with(`{"input":{"logo":{"file":"x"}}}`, apitest.LogoPath),
		"path missing":                 with(`{"input":{"logo":{}}}`, apitest.LogoPath),
		"no variables":                 with(`null`, apitest.LogoPath),
		"variables empty":              with(`{}`, "variables.input"),
		"an odd header":                "--x\r\nContent-Disposition: form-data; name=operations; name=map\r\n\r\n{}\r\n--x--\r\n",
		"a header without end":         "--x\r\nContent-Disposition: " + strings.Repeat("x", 40_000),
		"no disposition":               "--x\r\n\r\n{}\r\n--x--\r\n",
		"operations in another coding": "--x\r\nContent-Disposition: form-data; name=\"operations\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{=ZZ}\r\n--x--\r\n",
	}
}

// unfinishedFiles returns what is left of uploads that were received.
func unfinishedFiles(t *testing.T, w *apitest.World) []os.DirEntry {
	t.Helper()
	left, err := os.ReadDir(filepath.Join(w.Dir, "blobs", "tmp"))
	if err != nil {
		t.Fatal(err)
	}
	return left
}

func TestMultipartOddFormsAreRefused(t *testing.T) {
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	for name, body := range oddForms() {
		for range apitest.UploadsAtOnce {
			answer := w.HandleForm(t, ann, strings.NewReader(body))
			if answer.Refused(t, "BAD_REQUEST"); answer.Status != http.StatusBadRequest {
				t.Fatalf("%s: status %d: %s", name, answer.Status, answer.Body)
			}
		}
		if t.Failed() {
			t.Fatal(name)
		}
	}
	w.ExpectUploads(t, ann, "odd forms")
	if found := unfinishedFiles(t, w); len(found) != 0 {
		t.Errorf("left behind: %v", found)
	}
	w.Stop()
	if logged := w.Log.String(); strings.Contains(logged, "panic") || strings.Contains(logged, `"level":"ERROR"`) {
		t.Errorf("logged %.2000s", logged)
	}
}

func TestTrapMultipartSizesAreCapped(t *testing.T) {
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	padded := func(p apitest.Part, size int) apitest.Part {
		p.Content += strings.Repeat(" ", size-len(p.Content))
		return p
	}
	file := func(size int) apitest.Part {
		return apitest.Part{Name: "0", File: "logo.png", Content: strings.Repeat("x", size)}
	}
	for name, test := range map[string]struct {
		body string
		// code is empty where the request is only refused for its declared length.
		code string
	}{
		"a file of 11 MiB":                  {apitest.Form(apitest.LogoOperations, apitest.LogoMap, file(11<<20)), "NOT_FOUND"},
		"one byte more":                     {apitest.Form(apitest.LogoOperations, apitest.LogoMap, file(11<<20+1)), "PAYLOAD_TOO_LARGE"},
		"64 KiB more":                       {apitest.Form(apitest.LogoOperations, apitest.LogoMap, file(11<<20+64<<10+1)), "PAYLOAD_TOO_LARGE"},
		"operations of 64 KiB":              {apitest.Form(padded(apitest.LogoOperations, 64<<10), apitest.LogoMap, apitest.LogoFile), "NOT_FOUND"},
		"operations of one byte more":       {apitest.Form(padded(apitest.LogoOperations, 64<<10+1), apitest.LogoMap, apitest.LogoFile), "PAYLOAD_TOO_LARGE"},
		"a map of 64 KiB":                   {apitest.Form(apitest.LogoOperations, padded(apitest.LogoMap, 64<<10), apitest.LogoFile), "NOT_FOUND"},
		"a map of one byte more":            {apitest.Form(apitest.LogoOperations, padded(apitest.LogoMap, 64<<10+1), apitest.LogoFile), "PAYLOAD_TOO_LARGE"},
		"both of 40 KiB":                    {apitest.Form(padded(apitest.LogoOperations, 40<<10), padded(apitest.LogoMap, 40<<10), apitest.LogoFile), "PAYLOAD_TOO_LARGE"},
		"operations as large as a file":     {apitest.Form(padded(apitest.LogoOperations, 11<<20), apitest.LogoMap, apitest.LogoFile), "PAYLOAD_TOO_LARGE"},
		"a large second file":               {apitest.Form(apitest.LogoOperations, apitest.LogoMap, apitest.LogoFile, apitest.Part{Name: "1", File: "b.png", Content: strings.Repeat("x", 12<<20)}), ""},
		"a large beginning before the form": {strings.Repeat("x", 12<<20) + apitest.Form(apitest.LogoOperations), ""},
	} {
		for i := range apitest.UploadsAtOnce {
			var body io.Reader = strings.NewReader(test.body)
			if i%2 == 1 && test.code != "" {
				body = io.MultiReader(body) // whose length is not declared
			}
			answer := w.HandleForm(t, ann, body)
			if code := answer.Code(t); code != cmp.Or(test.code, "PAYLOAD_TOO_LARGE") || (code == "PAYLOAD_TOO_LARGE") != (answer.Status == http.StatusRequestEntityTooLarge) {
				t.Errorf("%s, length declared %t: status %d: %.300s", name, i%2 == 0, answer.Status, answer.Body)
			}
		}
	}
	w.ExpectUploads(t, ann, "large forms")
	if found := unfinishedFiles(t, w); len(found) != 0 {
		t.Errorf("left behind: %v", found)
	}
}

// reading records whether it was read to its end.
type reading struct {
	io.Reader
	read int
}

func (r *reading) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.read += n
	return n, err
}

func TestTrapNothingReceivedBeforeSignIn(t *testing.T) {
	w := apitest.New(t, apitest.Options{})
	const operations = "--x\r\nContent-Disposition: form-data; name=\"operations\""
	for name, test := range map[string]struct{ body, code string }{
		"a file":                   {apitest.Form(apitest.LogoOperations, apitest.LogoMap, apitest.Part{Name: "0", File: "logo.png", Content: long}), "UNAUTHENTICATED"},
		"a long header":            {operations + "\r\nX: " + long + "\r\n\r\n{}", "PAYLOAD_TOO_LARGE"},
		"a header without a name":  {operations + "\r\n" + long, "BAD_REQUEST"},
		"a long name":              {operations + "; filename=" + long + "\r\n\r\n{}", "PAYLOAD_TOO_LARGE"},
		"many lines before it":     {strings.Repeat("x\r\n", 2<<20) + apitest.Form(apitest.LogoOperations), "PAYLOAD_TOO_LARGE"},
		"a long header of the map": {apitest.Form(apitest.LogoOperations, apitest.Part{Name: `map"; x="` + long, Content: "{}"}), "PAYLOAD_TOO_LARGE"},
	} {
		readsLittle(t, w, nil, name, test.body, test.code)
	}
	if found := unfinishedFiles(t, w); len(found) != 0 {
		t.Errorf("left behind: %v", found)
	}
}

// long is more than anybody needs to read before it is refused.
var long = strings.Repeat("x", 8<<20)

// readsLittle makes sure that a form is refused before much of it is read.
func readsLittle(t *testing.T, w *apitest.World, by *apitest.Person, name, form, code string) {
	t.Helper()
	body := &reading{Reader: strings.NewReader(form)}
	w.HandleForm(t, by, body).Refused(t, code)
	if body.read > 128<<10 {
		t.Errorf("%s: %d bytes were read", name, body.read)
	}
}

func TestTrapNoPartHasALongHeader(t *testing.T) {
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	for name, body := range map[string]string{
		"the file":        apitest.Form(apitest.LogoOperations, apitest.LogoMap, apitest.Part{Name: "0", File: long, Content: "x"}),
		"one more part":   apitest.Form(apitest.LogoOperations, apitest.LogoMap, apitest.LogoFile, apitest.Part{Name: "1", File: long, Content: "x"}),
		"what is no part": strings.TrimSuffix(apitest.Form(apitest.LogoOperations, apitest.LogoMap, apitest.LogoFile), "--\r\n") + "\r\nA: " + long,
	} {
		readsLittle(t, w, ann, name, body, "PAYLOAD_TOO_LARGE")
	}
	w.ExpectUploads(t, ann, "long headers")
	if found := unfinishedFiles(t, w); len(found) != 0 {
		t.Errorf("left behind: %v", found)
	}
}

func TestMultipartAClientThatHangsUpHoldsNothing(t *testing.T) {
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	whole := apitest.Form(apitest.LogoOperations, apitest.LogoMap, apitest.Part{Name: "0", File: "logo.png", Content: strings.Repeat("x", 1<<20)})
	for _, cut := range []int{10, len(apitest.LogoOperations.Content), len(whole) - 1<<20, len(whole) / 2, len(whole) - 5} {
		for range apitest.UploadsAtOnce {
			broken := io.MultiReader(strings.NewReader(whole[:cut]), reset{})
			w.HandleForm(t, ann, broken).Refused(t, "BAD_REQUEST")
		}
	}
	for range apitest.UploadsAtOnce {
		hangUp(t, w, ann, whole)
	}
	w.ExpectUploads(t, ann, "clients that hung up")
	w.Stop()
	if found := unfinishedFiles(t, w); len(found) != 0 {
		t.Errorf("left behind: %v", found)
	}
	if logged := w.Log.String(); strings.Contains(logged, "panic") || strings.Contains(logged, `"level":"ERROR"`) {
		t.Errorf("logged %.2000s", logged)
	}
}

type reset struct{}

func (reset) Read([]byte) (int, error) { return 0, errors.New("connection reset") }

// hangUp sends half of a form through a real connection and closes it.
func hangUp(t *testing.T, w *apitest.World, by *apitest.Person, whole string) {
	t.Helper()
	connection, err := net.Dial("tcp", strings.TrimPrefix(w.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	cookie := by.Cookie(t)
	var request bytes.Buffer
	fmt.Fprintf(&request, "POST /graphql HTTP/1.1\r\nHost: x\r\nCookie: %s=%s\r\nContent-Type: multipart/form-data; boundary=x\r\n", cookie.Name, cookie.Value)
	fmt.Fprintf(&request, "GraphQL-Require-Preflight: 1\r\nContent-Length: %d\r\n\r\n%s", len(whole), whole[:len(whole)/2])
	if _, err := connection.Write(request.Bytes()); err != nil {
		t.Fatal(err)
	}
}
