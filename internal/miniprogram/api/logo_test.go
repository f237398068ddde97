package api_test

import (
	"bytes"
	"image"
	"io"
	"maps"
	"strings"
	"sync"
	"testing"

	"minidock/internal/apitest"
)

// sending is how a logo is sent.
type sending struct {
	way, name, declared string
}

const (
	asBase64  = "base64"
	asDataURI = "data URI"
	asFile    = "file"
)

// send creates with this logo. A data URI declares a type and has no name; plain base64 has neither.
func (s sending) send(t *testing.T, p *apitest.Person, input apitest.Vars, content []byte) *apitest.Answer {
	t.Helper()
	switch s.way {
	case asBase64:
		return p.Create(t, input.With("logo", apitest.Vars{"base64": apitest.Base64(content)}))
	case asDataURI:
		return p.Create(t, input.With("logo", apitest.Vars{"base64": "data:" + s.declared + ";base64," + apitest.Base64(content)}))
	default:
		return p.MutateWithFiles(t, "createMiniProgram", input.With("logo", apitest.Vars{"file": nil}),
			map[string]apitest.File{"logo.file": {Name: s.name, ContentType: s.declared, Content: content}})
	}
}

// allWays are the ways to send a logo of this type with its correct name.
func allWays(contentType string) []sending {
	extension := map[string]string{"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/svg+xml": ".svg"}[contentType]
	return []sending{{way: asBase64}, {way: asDataURI, declared: contentType}, {asFile, "logo" + extension, contentType}}
}

// largest is drawn once: a picture of 4,096 pixels a side takes a while.
var largest = sync.OnceValue(func() []byte { return apitest.PNG(4096, 4096) })

func TestInvalidLogosAreRefusedInEveryEncoding(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		input := apitest.CreateInput(owner.CreateWorkspace(t, "Coffee"))
		png, jpeg := apitest.PNG(64, 64), apitest.JPEG(64, 64)
		gif := []byte("GIF89a\x40\x00\x40\x00\x80\x00\x00")
		svg := []byte(`<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><script>alert(1)</script></svg>`)
		allowed := "image/png, image/jpeg"
		for name, test := range map[string]struct {
			content      []byte
			called, code string
			params       map[string]string
		}{
			"a byte too many":          {apitest.Padded(png, 262_145), "image/png", "TOO_LARGE", map[string]string{"bytes": "262145", "max": "262144"}},
			"a byte too many, JPEG":    {apitest.Padded(jpeg, 262_145), "image/jpeg", "TOO_LARGE", map[string]string{"bytes": "262145", "max": "262144"}},
			"large before unknown":     {make([]byte, 262_145), "image/gif", "TOO_LARGE", map[string]string{"bytes": "262145", "max": "262144"}},
			"large before not square":  {apitest.Padded(apitest.PNG(64, 65), 300_000), "image/png", "TOO_LARGE", map[string]string{"bytes": "300000", "max": "262144"}},
			"GIF":                      {gif, "image/gif", "UNSUPPORTED_TYPE", map[string]string{"found": "image/gif", "allowed": allowed}},
			"GIF called PNG":           {gif, "image/png", "UNSUPPORTED_TYPE", map[string]string{"found": "image/gif", "allowed": allowed}},
			"SVG":                      {svg, "image/svg+xml", "UNSUPPORTED_TYPE", map[string]string{"found": "image/svg+xml", "allowed": allowed}},
			"text called PNG":          {[]byte("no picture"), "image/png", "UNSUPPORTED_TYPE", map[string]string{"found": "text/plain", "allowed": allowed}},
			"width over height":        {apitest.PNG(65, 64), "image/png", "NOT_SQUARE", map[string]string{"width": "65", "height": "64"}},
			"height over width, JPEG":  {apitest.JPEG(64, 65), "image/jpeg", "NOT_SQUARE", map[string]string{"width": "64", "height": "65"}},
			"not square before small":  {apitest.PNG(10, 11), "image/png", "NOT_SQUARE", map[string]string{"width": "10", "height": "11"}},
			"not square before many":   {apitest.ClaimedPNG(9000, 9001), "image/png", "NOT_SQUARE", map[string]string{"width": "9000", "height": "9001"}},
			"side 63":                  {apitest.PNG(63, 63), "image/png", "TOO_SMALL", map[string]string{"width": "63", "min": "64"}},
			"side 63, JPEG":            {apitest.JPEG(63, 63), "image/jpeg", "TOO_SMALL", map[string]string{"width": "63", "min": "64"}},
			"side 4097":                {apitest.ClaimedPNG(4097, 4097), "image/png", "TOO_MANY_PIXELS", map[string]string{"width": "4097", "max": "4096"}},
			"many before broken":       {apitest.ClaimedPNG(4097, 4097)[:60], "image/png", "TOO_MANY_PIXELS", nil},
			"half a PNG":               {png[:len(png)/2], "image/png", "INVALID_IMAGE", map[string]string{}},
			"half a JPEG":              {jpeg[:len(jpeg)/2], "image/jpeg", "INVALID_IMAGE", map[string]string{}},
			"PNG with a false header":  {apitest.ClaimedPNG(65, 65), "image/png", "INVALID_IMAGE", map[string]string{}},
			"nothing but a signature":  {png[:8], "image/png", "INVALID_IMAGE", map[string]string{}},
			"nothing":                  {nil, "image/png", "BLANK", map[string]string{}},
			"nothing, called by a GIF": {nil, "image/gif", "BLANK", map[string]string{}},
		} {
			for _, way := range allWays(test.called) {
				t.Log(name, "as", way.way)
				refused := way.send(t, owner, input, test.content).HasUserErrors(t, test.code+" logo")
				if test.params != nil && len(refused) == 1 && !maps.Equal(refused[0].Params, test.params) {
					t.Errorf("%s as %s: %v, want %v", name, way.way, refused[0].Params, test.params)
				}
			}
		}
		if got := w.Written(t); got != "0 mini programs, 0 targetings, 0 assignments, 0 idempotency keys, quota 0, 0 logos" {
			t.Errorf("written %s", got)
		}
	})
}

func TestALogosNameAndDeclaredTypeMustFitItsContent(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		input := apitest.CreateInput(owner.CreateWorkspace(t, "Coffee"))
		png, jpeg := apitest.PNG(64, 64), apitest.JPEG(64, 64)
		for _, test := range []struct {
			content []byte
			sending
		}{
			{png, sending{asFile, "logo.jpg", ""}}, {png, sending{asFile, "logo.png.jpeg", "image/png"}},
			{png, sending{asFile, "logo.gif", "image/png"}}, {png, sending{asFile, "logo.svg", "image/png"}},
			{png, sending{asFile, "logo.png", "image/jpeg"}}, {png, sending{asFile, "logo.png", "text/html"}},
			{jpeg, sending{asFile, "logo.png", ""}}, {jpeg, sending{asFile, "logo.jpg", "image/png"}},
			{jpeg, sending{asFile, "logo.jpg", "image/svg+xml"}},
			{png, sending{asDataURI, "", "image/jpeg"}}, {png, sending{asDataURI, "", "image/svg+xml"}},
			{jpeg, sending{asDataURI, "", "image/png"}}, {jpeg, sending{asDataURI, "", "text/html"}},
			{apitest.PNG(64, 65), sending{asFile, "logo.jpg", ""}}, {apitest.PNG(10, 10), sending{asDataURI, "", "image/jpeg"}},
		} {
			t.Log(test.sending)
			test.send(t, owner, input, test.content).HasUserErrors(t, "UNSUPPORTED_TYPE logo")
		}
		if got := w.Written(t); !strings.HasSuffix(got, "quota 0, 0 logos") {
			t.Errorf("written %s", got)
		}
	})
}

func TestLogosWithinTheLimitsAreAcceptedInEveryEncoding(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		for name, test := range map[string]struct {
			content []byte
			side    float64
			called  string
			ways    []sending
		}{
			"64 pixels and 262,144 bytes":       {apitest.Padded(apitest.PNG(64, 64), 262_144), 64, "image/png", allWays("image/png")},
			"64 pixels and 262,144 bytes, JPEG": {apitest.Padded(apitest.JPEG(64, 64), 262_144), 64, "image/jpeg", allWays("image/jpeg")},
			"4,096 pixels":                      {largest(), 4096, "image/png", allWays("image/png")[2:]},
			"other names": {apitest.JPEG(64, 64), 64, "image/jpeg", []sending{
				{asFile, "LOGO.JPG", "image/jpeg"}, {asFile, "logo.jpeg", "image/jpg"}, {asFile, "logo", ""},
				{asFile, "a.b.jpg", "application/octet-stream"}, {asDataURI, "", "IMAGE/JPEG"}, {asDataURI, "", ""},
			}},
		} {
			for _, way := range test.ways {
				t.Log(name, way)
				answer := way.send(t, owner, apitest.CreateInput(owner.CreateWorkspace(t, "Coffee")), test.content)
				answer.CreatedMiniProgram(t)
				logo := answer.Get("createMiniProgram.miniProgram.logo").(map[string]any)
				if logo["width"] != test.side || logo["height"] != test.side || logo["contentType"] != test.called {
					t.Errorf("%s: %v", name, logo)
				}
			}
		}
	})
}

func TestAMissingLogoIsBlank(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		input := apitest.CreateInput(owner.CreateWorkspace(t, "Coffee"))
		owner.Create(t, input.Without("logo")).HasUserErrors(t, "BLANK logo")
		owner.Create(t, input.With("logo", nil)).HasUserErrors(t, "BLANK logo")
		for _, empty := range []string{"", "  ", "data:image/png;base64,"} {
			owner.Create(t, input.With("logo", apitest.Vars{"base64": empty})).HasUserErrors(t, "BLANK logo")
		}
	})
}

func TestALogoThatIsNotBase64HasAnInvalidFormat(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		input := apitest.CreateInput(owner.CreateWorkspace(t, "Coffee"))
		png := apitest.PNG(64, 64)
		encoded := apitest.Base64(append(png, bytes.Repeat([]byte{0xFB}, 5-len(png)%3)...)) // with +, / and =
		for _, text := range []string{
			"not base64!", "a", strings.TrimRight(encoded, "="), encoded + "=", strings.NewReplacer("+", "-", "/", "_").Replace(encoded),
			"data:image/png," + encoded, "data:image/png;base64;" + encoded, "data:image/png;base64", "data:", "https://example.com/logo.png",
			strings.Repeat("%", 400_000),
		} {
			refused := owner.Create(t, input.With("logo", apitest.Vars{"base64": text})).HasUserErrors(t, "INVALID_FORMAT logo")
			if refused[0].Params["format"] != "base64" {
				t.Errorf("%+v", refused[0])
			}
		}
	})
}

func TestALogoHasExactlyOneEncoding(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		input := apitest.CreateInput(owner.CreateWorkspace(t, "Coffee"))
		png := apitest.PNG(64, 64)
		both := apitest.Vars{"base64": apitest.Base64(png), "file": nil}
		for name, answer := range map[string]*apitest.Answer{
			"neither":       owner.Create(t, input.With("logo", apitest.Vars{})),
			"null":          owner.Create(t, input.With("logo", apitest.Vars{"base64": nil})),
			"one and null":  owner.Create(t, input.With("logo", both)),
			"text as file":  owner.Create(t, input.With("logo", apitest.Vars{"file": "logo.png"})),
			"something odd": owner.Create(t, input.With("logo", apitest.Vars{"url": "https://example.com"})),
			"both": owner.Upload(t, apitest.Mutation("createMiniProgram"), apitest.Vars{"input": input.With("logo", both)},
				map[string]apitest.File{"variables.input.logo.file": {Name: "logo.png", Content: png}}),
		} {
			if len(answer.Errors) == 0 {
				t.Errorf("%s: %s", name, answer.Body)
			}
			for _, e := range answer.Errors {
				if code := e.Extensions["code"]; code != "BAD_USER_INPUT" && code != "GRAPHQL_VALIDATION_FAILED" {
					t.Errorf("%s: %s", name, answer.Body)
				}
			}
			if answer.Get("createMiniProgram") != nil {
				t.Errorf("%s: a payload beside the error: %s", name, answer.Body)
			}
		}
		if got := w.Written(t); !strings.HasPrefix(got, "0 mini programs") {
			t.Errorf("written %s", got)
		}
	})
}

func TestALogoIsReencodedBeforeItIsServed(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		script := []byte("<script>alert(1)</script>")
		for called, picture := range map[string][]byte{"image/png": apitest.PNG(64, 64), "image/jpeg": apitest.JPEG(64, 64)} {
			for _, way := range allWays(called) {
				input := apitest.CreateInput(owner.CreateWorkspace(t, "Coffee"))
				answer := way.send(t, owner, input, append(bytes.Clone(picture), script...))
				answer.CreatedMiniProgram(t)
				url := answer.String(t, "createMiniProgram.miniProgram.logo.url")
				response := w.Get(t, strings.TrimPrefix(url, w.URL))
				served, err := io.ReadAll(response.Body)
				if err != nil || response.StatusCode != 200 || bytes.Contains(served, []byte("script")) {
					t.Errorf("%s: %v, status %d, %d bytes", way.way, err, response.StatusCode, len(served))
				}
				if got := response.Header.Get("Content-Type"); got != called || response.Header.Get("X-Content-Type-Options") != "nosniff" {
					t.Errorf("%s: type %s, headers %v", way.way, got, response.Header)
				}
				if _, format, err := image.Decode(bytes.NewReader(served)); err != nil || "image/"+format != called {
					t.Errorf("%s: %v, %s", way.way, err, format)
				}
			}
		}
		if got := w.Written(t); !strings.HasSuffix(got, " 2 logos") {
			t.Errorf("the same picture is kept more than once: %s", got)
		}
	})
}

func TestTheSameBytesAreTheSameInputInEveryEncoding(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		input := apitest.CreateInput(owner.CreateWorkspace(t, "Coffee")).With("idempotencyKey", "a key")
		png := apitest.PNG(64, 64)
		ids := map[string]bool{}
		for _, way := range allWays("image/png") {
			ids[way.send(t, owner, input, png).CreatedMiniProgram(t)] = true
		}
		if len(ids) != 1 {
			t.Errorf("ids %v", ids)
		}
		for _, way := range allWays("image/png") {
			way.send(t, owner, input, apitest.PNG(65, 65)).HasUserErrors(t, "TAKEN name", "IDEMPOTENCY_KEY_REUSED idempotencyKey")
		}
	})
}
