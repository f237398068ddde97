package api_test

import (
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"minidock/internal/apitest"
)

func TestTrapInvalidBodyIsNotEchoed(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		visitor := w.Visitor(t)
		visitor.Header.Set("GraphQL-Require-Preflight", "1")
		const secret = "hunter2-hunter2"
		const signingIn = `"query":"mutation { signOut { query { viewer { user { id } } } } }","variables":{"password":"` + secret + `"`
		multipart := func(operations string) string {
			return "--x\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n" + operations +
				"\r\n--x\r\nContent-Disposition: form-data; name=\"map\"\r\n\r\n{}\r\n--x--\r\n"
		}
		for name, body := range map[string]string{
			"cut short":         `{` + signingIn,
			"no JSON":           `password=` + secret,
			"a list":            `["` + secret + `"]`,
			"a text":            `"` + secret + `"`,
			"a number as query": `{"query":1,"password":"` + secret + `"}`,
			"text as variables": `{"query":"{ viewer { user { id } } }","variables":"` + secret + `"}`,
			"a bad escape":      `{"query":"\x","password":"` + secret + `"}`,
		} {
			answer := visitor.Post(t, "application/json", []byte(body))
			answer.Refused(t, "BAD_REQUEST")
			if answer.Errors[0].Extensions["requestId"] != answer.Header.Get("X-Request-Id") {
				t.Errorf("%s: %s", name, answer.Body)
			}
			if answer.Status == http.StatusInternalServerError || strings.Contains(answer.Body, "hunter2") {
				t.Errorf("%s: status %d: %s", name, answer.Status, answer.Body)
			}
			upload := visitor.Post(t, "multipart/form-data; boundary=x", []byte(multipart(body)))
			upload.Refused(t, "BAD_REQUEST")
			if strings.Contains(upload.Body, "hunter2") {
				t.Errorf("%s beside a file: status %d: %s", name, upload.Status, upload.Body)
			}
		}
		w.Stop()
		if logged := w.Log.String(); strings.Contains(logged, "hunter2") || strings.Contains(logged, `"level":"ERROR"`) {
			t.Errorf("logged %s", logged)
		}
	})
}

func TestTrapForeignOriginRunsNoMultipart(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		workspaceID := ann.CreateWorkspace(t, "Ann's")
		before := w.Written(t)
		sending := func(foreign http.Header) *apitest.Answer {
			for name := range foreign {
				ann.Header.Set(name, foreign.Get(name))
				defer ann.Header.Del(name)
			}
			return ann.Upload(t, apitest.Mutation("createMiniProgram"), apitest.Vars{"input": apitest.CreateInput(workspaceID).With("logo", apitest.Vars{"file": nil})},
				map[string]apitest.File{"variables.input.logo.file": {Name: "logo.png", ContentType: "image/png", Content: apitest.PNG(64, 64)}})
		}
		for _, foreign := range []http.Header{
			{"Sec-Fetch-Site": {"cross-site"}}, {"Sec-Fetch-Site": {"same-site"}}, {"Origin": {"https://evil.example"}}, {"Origin": {"null"}},
		} {
			answer := sending(foreign)
			if answer.Refused(t, "CSRF_BLOCKED"); answer.Status != http.StatusForbidden {
				t.Errorf("%v: status %d: %s", foreign, answer.Status, answer.Body)
			}
		}
		if after := w.Written(t); after != before {
			t.Errorf("written: %s, before: %s", after, before)
		}
		if answer := sending(http.Header{"Sec-Fetch-Site": {"same-origin"}}); answer.Get("createMiniProgram.miniProgram.id") == nil {
			t.Errorf("of the same origin: %s", answer.Body)
		}
	})
}

// refusedMap sends a form with these variables and this map, and makes sure that it is refused without a panic.
func refusedMap(t *testing.T, w *apitest.World, by *apitest.Person, variables, paths, code string) {
	t.Helper()
	operations := apitest.Part{Name: "operations", Content: `{"query":"` + apitest.UpdateLogo + `","variables":` + variables + `}`}
	answer := w.HandleForm(t, by, strings.NewReader(apitest.Form(operations, apitest.Part{Name: "map", Content: paths}, apitest.LogoFile)))
	if answer.Refused(t, code); answer.Status >= http.StatusInternalServerError {
		t.Errorf("%s to %.200s: status %d: %s", variables, paths, answer.Status, answer.Body)
	}
}

func TestTrapMultipartMapOutOfRange(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	const object = `{"input":{"miniProgramId":"mpr_x","logo":{"file":null}}}`
	for path, variables := range map[string]string{
		"input.0": `{"input":[null]}`, "input.1": `{"input":[null]}`, "input.999999999999": `{"input":[]}`, "input.-1": `{"input":[null]}`,
		"input.99999999999999999999": `{"input":[null]}`, "input.0.file": `{"input":[{"file":null}]}`, "0.logo.file": object, "input.0.logo": object,
		"input.logo.file.0": object, "input.logo.file.x.y.z": object,
	} {
		refusedMap(t, w, ann, variables, `{"0":["variables.`+path+`"]}`, "BAD_REQUEST")
	}
	w.Stop()
	if logged := w.Log.String(); strings.Contains(logged, "panic") {
		t.Errorf("logged %.2000s", logged)
	}
}

func TestTrapOneFileManyVariables(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	const variables = `{"a":null,"b":null,"input":{"miniProgramId":"mpr_x","logo":{"file":null}}}`
	const another = `,"variables.a"`
	for paths, code := range map[string]string{
		`"variables.a","variables.b"`:                     "BAD_REQUEST",
		`"variables.a"` + another:                         "BAD_REQUEST",
		`"variables.a"` + strings.Repeat(another, 4_600):  "BAD_REQUEST",
		`"variables.a"` + strings.Repeat(another, 20_000): "PAYLOAD_TOO_LARGE",
	} {
		refusedMap(t, w, ann, variables, `{"0":[`+paths+`]}`, code)
	}
}

// zeros returns as many bytes as are read, without storing them.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// Runs beside no other test, since it counts what is allocated.
func TestTrapFilesAreStreamed(t *testing.T) {
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	const size = 10 << 20
	begin, end, _ := strings.Cut(apitest.Form(apitest.LogoOperations, apitest.LogoMap, apitest.Part{Name: "0", File: "logo.png", Content: "@@"}), "@@")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	answer := w.HandleForm(t, ann, io.MultiReader(strings.NewReader(begin), io.LimitReader(zeros{}, size), strings.NewReader(end)))
	runtime.ReadMemStats(&after)
	if code := answer.Code(t); code != "NOT_FOUND" {
		t.Errorf("status %d: %s", answer.Status, answer.Body)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > size/4 {
		t.Errorf("%d bytes were allocated for a file of %d", used, size)
	}
}

func TestTrapListsWhereThereIsNoneDoNotPanic(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	for _, c := range []struct {
		query     string
		variables apitest.Vars
	}{
		{"mutation($f:Upload!){updateMiniProgram(input:{miniProgramId:\"mpr_x\" logo:{file:$f}}){userErrors{code}}}", apitest.Vars{"f": []any{map[string]any{}}}},
		{"mutation($f:Upload!){updateMiniProgram(input:{miniProgramId:\"mpr_x\" logo:{file:$f}}){userErrors{code}}}", apitest.Vars{"f": []any{[]any{map[string]any{}}}}},
		{"query($f:ID!){node(id:$f){id}}", apitest.Vars{"f": []any{map[string]any{}}}},
		{"query($f:[ID!]!){nodes(ids:$f){id}}", apitest.Vars{"f": []any{[]any{map[string]any{}}}}},
	} {
		answer := w.HandleQuery(t, ann, c.query, c.variables)
		if code := answer.Code(t); answer.Status != http.StatusOK || code == "" || code == "INTERNAL_SERVER_ERROR" {
			t.Errorf("%s: %d %s", c.query, answer.Status, answer.Body)
		}
	}
}
