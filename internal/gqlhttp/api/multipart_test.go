package api_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"minidock/internal/apitest"
)

// part is a part of a multipart request; a file when it has a file name.
type part struct{ name, file, content string }

func form(parts ...part) string {
	var text strings.Builder
	for _, p := range parts {
		text.WriteString("--x\r\nContent-Disposition: form-data; name=\"" + p.name + "\"")
		if p.file != "" {
			text.WriteString("; filename=\"" + p.file + "\"\r\nContent-Type: image/png")
		}
		text.WriteString("\r\n\r\n" + p.content + "\r\n")
	}
	return text.String() + "--x--\r\n"
}

const (
	updateLogo = "mutation($input: UpdateMiniProgramInput!) { updateMiniProgram(input: $input) { miniProgram { id } userErrors { code } } }"
	place      = "variables.input.logo.file"
)

// edgeOperations changes a logo; edgeMap names its place.
var (
	edgeOperations = part{name: "operations", content: `{"query":"` + updateLogo + `","variables":{"input":{"miniProgramId":"mpr_x","logo":{"file":null}}}}`}
	edgeMap        = part{name: "map", content: `{"0":["` + place + `"]}`}
	edgeFile       = part{name: "0", file: "logo.png", content: "not a picture"}
)

// upload sends a form to the handler. It fails instead of waiting for a turn that never comes.
func upload(t *testing.T, w *apitest.World, by *apitest.Person, body io.Reader) *apitest.Recorded {
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
		t.Fatal("there was no turn")
	}
	return apitest.ReadRecorded(t, recorder)
}

func oddForms() map[string]string {
	operations := func(content string) string { return form(part{"operations", "", content}, edgeMap, edgeFile) }
	mapped := func(content string) string { return form(edgeOperations, part{"map", "", content}, edgeFile) }
	placed := func(at string) string { return mapped(`{"0":["` + at + `"]}`) }
	with := func(variables, at string) string {
		return form(part{"operations", "", `{"query":"` + updateLogo + `","variables":` + variables + `}`}, part{"map", "", `{"0":["` + at + `"]}`}, edgeFile)
	}
	return map[string]string{
		"nothing":                      "",
		"no part":                      "--x--\r\n",
		"no end":                       strings.TrimSuffix(form(edgeOperations, edgeMap, edgeFile), "--x--\r\n"),
		"another boundary":             strings.ReplaceAll(form(edgeOperations, edgeMap, edgeFile), "--x", "--y"),
		"operations only":              form(edgeOperations),
		"no operations":                form(edgeMap, edgeFile),
		"no map":                       form(edgeOperations, edgeFile),
		"no file":                      form(edgeOperations, edgeMap),
		"file first":                   form(edgeFile, edgeOperations, edgeMap),
		"map first":                    form(edgeMap, edgeOperations, edgeFile),
		"file before the map":          form(edgeOperations, edgeFile, edgeMap),
		"operations twice":             form(edgeOperations, edgeOperations, edgeMap, edgeFile),
		"map twice":                    form(edgeOperations, edgeMap, edgeMap, edgeFile),
		"file twice":                   form(edgeOperations, edgeMap, edgeFile, edgeFile),
		"more behind it":               form(edgeOperations, edgeMap, edgeFile, part{"1", "", "x"}),
		"another file":                 form(edgeOperations, edgeMap, part{"1", "logo.png", "x"}),
		"a file without a name":        form(edgeOperations, edgeMap, part{"", "logo.png", "x"}),
		"operations not JSON":          operations("x"),
		"operations empty":             operations(""),
		"operations a batch":           operations("[" + edgeOperations.content + "]"),
		"operations without a query":   operations("{}"),
		"map not JSON":                 mapped("x"),
		"map empty":                    mapped(""),
		"map null":                     mapped("null"),
		"map of nothing":               mapped("{}"),
		"map a list":                   mapped(`["` + place + `"]`),
		"map a text":                   mapped(`"` + place + `"`),
		"map to a text":                mapped(`{"0":"` + place + `"}`),
		"map to numbers":               mapped(`{"0":[0]}`),
		"map to null":                  mapped(`{"0":[null]}`),
		"map to no place":              mapped(`{"0":[]}`),
		"map to null for places":       mapped(`{"0":null}`),
		"map of two files":             mapped(`{"0":["` + place + `"],"1":["` + place + `"]}`),
		"place empty":                  placed(""),
		"place variables":              placed("variables"),
		"place with an empty step":     placed("variables."),
		"place with empty steps":       placed("variables....."),
		"place outside variables":      placed("query"),
		"place in extensions":          placed("extensions.input.logo.file"),
		"place without variables":      placed("input.logo.file"),
		"place in a batch":             placed("0." + place),
		"place unknown":                placed("variables.input.logo.nothing"),
		"place too deep":               placed(place + ".0"),
		"place an object":              placed("variables.input.logo"),
		"place a text":                 placed("variables.input.miniProgramId"),
		"way through a text":           placed("variables.input.miniProgramId.file"),
		"place not null":               with(`{"input":{"logo":{"file":"x"}}}`, place),
		"place missing":                with(`{"input":{"logo":{}}}`, place),
		"no variables":                 with(`null`, place),
		"variables empty":              with(`{}`, "variables.input"),
		"an odd header":                "--x\r\nContent-Disposition: form-data; name=operations; name=map\r\n\r\n{}\r\n--x--\r\n",
		"a header without end":         "--x\r\nContent-Disposition: " + strings.Repeat("x", 40_000),
		"no disposition":               "--x\r\n\r\n{}\r\n--x--\r\n",
		"operations in another coding": "--x\r\nContent-Disposition: form-data; name=\"operations\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{=ZZ}\r\n--x--\r\n",
	}
}

// emptyTemp has uploads wait in a folder of the test's own, and returns what is left in it.
func emptyTemp(t *testing.T) func() []os.DirEntry {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	return func() []os.DirEntry {
		left, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		return left
	}
}

// uploadsAtOnce is more than how many files are received at once.
const uploadsAtOnce = 5

// checkUploads makes sure that files are still received.
func checkUploads(t *testing.T, w *apitest.World, by *apitest.Person, after string) {
	t.Helper()
	answer := upload(t, w, by, strings.NewReader(form(edgeOperations, edgeMap, edgeFile)))
	if code := answer.Code(t); code != "NOT_FOUND" || !answer.HasData || answer.Status != http.StatusOK {
		t.Errorf("after %s: status %d: %s", after, answer.Status, answer.Body)
	}
}

func TestMultipartOddFormsAreRefused(t *testing.T) {
	left := emptyTemp(t)
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	for name, body := range oddForms() {
		for range uploadsAtOnce {
			answer := upload(t, w, ann, strings.NewReader(body))
			if answer.Refused(t, "BAD_REQUEST"); answer.Status != http.StatusBadRequest {
				t.Fatalf("%s: status %d: %s", name, answer.Status, answer.Body)
			}
		}
		if t.Failed() {
			t.Fatal(name)
		}
	}
	checkUploads(t, w, ann, "odd forms")
	if found := left(); len(found) != 0 {
		t.Errorf("left behind: %v", found)
	}
	w.Stop()
	if logged := w.Log.String(); strings.Contains(logged, "panic") || strings.Contains(logged, `"level":"ERROR"`) {
		t.Errorf("logged %.2000s", logged)
	}
}

func TestTrapMultipartSizesAreCapped(t *testing.T) {
	left := emptyTemp(t)
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	padded := func(p part, size int) part { p.content += strings.Repeat(" ", size-len(p.content)); return p }
	file := func(size int) part { return part{"0", "logo.png", strings.Repeat("x", size)} }
	for name, test := range map[string]struct {
		body string
		// code is empty where the length alone, when it is told, is why.
		code string
	}{
		"a file of 11 MiB":                  {form(edgeOperations, edgeMap, file(11<<20)), "NOT_FOUND"},
		"one byte more":                     {form(edgeOperations, edgeMap, file(11<<20+1)), "PAYLOAD_TOO_LARGE"},
		"64 KiB more":                       {form(edgeOperations, edgeMap, file(11<<20+64<<10+1)), "PAYLOAD_TOO_LARGE"},
		"operations of 64 KiB":              {form(padded(edgeOperations, 64<<10), edgeMap, edgeFile), "NOT_FOUND"},
		"operations of one byte more":       {form(padded(edgeOperations, 64<<10+1), edgeMap, edgeFile), "PAYLOAD_TOO_LARGE"},
		"a map of 64 KiB":                   {form(edgeOperations, padded(edgeMap, 64<<10), edgeFile), "NOT_FOUND"},
		"a map of one byte more":            {form(edgeOperations, padded(edgeMap, 64<<10+1), edgeFile), "PAYLOAD_TOO_LARGE"},
		"both of 40 KiB":                    {form(padded(edgeOperations, 40<<10), padded(edgeMap, 40<<10), edgeFile), "PAYLOAD_TOO_LARGE"},
		"operations as large as a file":     {form(padded(edgeOperations, 11<<20), edgeMap, edgeFile), "PAYLOAD_TOO_LARGE"},
		"a large second file":               {form(edgeOperations, edgeMap, edgeFile, part{"1", "b.png", strings.Repeat("x", 12<<20)}), ""},
		"a large beginning before the form": {strings.Repeat("x", 12<<20) + form(edgeOperations), ""},
	} {
		for i := range uploadsAtOnce {
			var body io.Reader = strings.NewReader(test.body)
			if i%2 == 1 && test.code != "" {
				body = io.MultiReader(body) // whose length is not told
			}
			answer := upload(t, w, ann, body)
			if code := answer.Code(t); code != orElse(test.code, "PAYLOAD_TOO_LARGE") || (code == "PAYLOAD_TOO_LARGE") != (answer.Status == http.StatusRequestEntityTooLarge) {
				t.Errorf("%s, length told %t: status %d: %.300s", name, i%2 == 0, answer.Status, answer.Body)
			}
		}
	}
	checkUploads(t, w, ann, "large forms")
	if found := left(); len(found) != 0 {
		t.Errorf("left behind: %v", found)
	}
}

// reading tells whether it was read to the end of what it holds.
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
	left := emptyTemp(t)
	w := apitest.New(t, apitest.Options{})
	const operations = "--x\r\nContent-Disposition: form-data; name=\"operations\""
	for name, test := range map[string]struct{ body, code string }{
		"a file":                   {form(edgeOperations, edgeMap, part{"0", "logo.png", long}), "UNAUTHENTICATED"},
		"a long header":            {operations + "\r\nX: " + long + "\r\n\r\n{}", "PAYLOAD_TOO_LARGE"},
		"a header without a name":  {operations + "\r\n" + long, "BAD_REQUEST"},
		"a long name":              {operations + "; filename=" + long + "\r\n\r\n{}", "PAYLOAD_TOO_LARGE"},
		"many lines before it":     {strings.Repeat("x\r\n", 2<<20) + form(edgeOperations), "PAYLOAD_TOO_LARGE"},
		"a long header of the map": {form(edgeOperations, part{name: `map"; x="` + long, content: "{}"}), "PAYLOAD_TOO_LARGE"},
	} {
		readsLittle(t, w, nil, name, test.body, test.code)
	}
	if found := left(); len(found) != 0 {
		t.Errorf("left behind: %v", found)
	}
}

// long is more than anybody needs to read before it is refused.
var long = strings.Repeat("x", 8<<20)

// readsLittle makes sure that a form is refused before much of it is read.
func readsLittle(t *testing.T, w *apitest.World, by *apitest.Person, name, form, code string) {
	t.Helper()
	body := &reading{Reader: strings.NewReader(form)}
	upload(t, w, by, body).Refused(t, code)
	if body.read > 128<<10 {
		t.Errorf("%s: %d bytes were read", name, body.read)
	}
}

func TestTrapNoPartHasALongHeader(t *testing.T) {
	left := emptyTemp(t)
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	for name, body := range map[string]string{
		"the file":        form(edgeOperations, edgeMap, part{"0", long, "x"}),
		"one more part":   form(edgeOperations, edgeMap, edgeFile, part{"1", long, "x"}),
		"what is no part": strings.TrimSuffix(form(edgeOperations, edgeMap, edgeFile), "--\r\n") + "\r\nA: " + long,
	} {
		readsLittle(t, w, ann, name, body, "PAYLOAD_TOO_LARGE")
	}
	checkUploads(t, w, ann, "long headers")
	if found := left(); len(found) != 0 {
		t.Errorf("left behind: %v", found)
	}
}

func TestMultipartAClientThatHangsUpHoldsNothing(t *testing.T) {
	left := emptyTemp(t)
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	whole := form(edgeOperations, edgeMap, part{"0", "logo.png", strings.Repeat("x", 1<<20)})
	for _, cut := range []int{10, len(edgeOperations.content), len(whole) - 1<<20, len(whole) / 2, len(whole) - 5} {
		for range uploadsAtOnce {
			broken := io.MultiReader(strings.NewReader(whole[:cut]), reset{})
			upload(t, w, ann, broken).Refused(t, "BAD_REQUEST")
		}
	}
	for range uploadsAtOnce {
		hangUp(t, w, ann, whole)
	}
	checkUploads(t, w, ann, "clients that hung up")
	w.Stop()
	if found := left(); len(found) != 0 {
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
