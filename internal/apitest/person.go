package apitest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/textproto"
	"testing"

	"minidock/ent/mail"
)

// Password is everybody's.
const Password = "a password of tests"

// Person sends requests as a browser does: with a cookie jar.
type Person struct {
	// ID, Email and DisplayName are those of the account; empty before signing up.
	ID, Email, DisplayName string
	// Header is sent with every request.
	Header http.Header
	// Jar holds the session's cookie.
	Jar http.CookieJar

	world *World
}

// File is a file to upload.
type File struct {
	Name, ContentType string
	Content           []byte
}

// Visitor returns somebody who is signed out.
func (w *World) Visitor(t *testing.T) *Person {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Person{Header: http.Header{}, Jar: jar, world: w}
}

// SignUp returns somebody with an account, signed in; the email address is made from the name, which must be a word. It is confirmed, and
// the mail that asks for that is not sent.
func (w *World) SignUp(t *testing.T, name string) *Person {
	t.Helper()
	p := w.SignUpUnconfirmed(t, name)
	w.Client.User.UpdateOneID(p.ID).SetEmailConfirmedAt(w.Now()).ExecX(t.Context())
	w.Client.Mail.Delete().Where(mail.About(p.ID)).ExecX(t.Context())
	return p
}

// SignUpUnconfirmed is SignUp with an address that is not confirmed yet.
func (w *World) SignUpUnconfirmed(t *testing.T, name string) *Person {
	t.Helper()
	p := w.Visitor(t)
	p.Email, p.DisplayName = name+"@example.com", name
	answer := p.Do(t, `mutation($input: SignUpInput!) { signUp(input: $input) { viewer { user { id } } userErrors { code path } } }`,
		Vars{"input": Vars{"email": p.Email, "password": Password, "displayName": p.DisplayName}})
	p.ID = answer.String(t, "signUp.viewer.user.id")
	return p
}

// SignIn signs the person in again, as after the session has expired.
func (p *Person) SignIn(t *testing.T) {
	t.Helper()
	answer := p.Do(t, `mutation($input: SignInInput!) { signIn(input: $input) { viewer { user { id } } userErrors { code } } }`,
		Vars{"input": Vars{"email": p.Email, "password": Password}})
	if got := answer.String(t, "signIn.viewer.user.id"); got != p.ID {
		t.Fatalf("signed in as %s, not %s", got, p.ID)
	}
}

// CreateWorkspace makes a workspace whose owner is the person, and returns its id.
func (p *Person) CreateWorkspace(t *testing.T, name string) string {
	t.Helper()
	answer := p.Do(t, `mutation($name: String!) { createWorkspace(input: {name: $name}) { workspace { id } userErrors { code } } }`,
		Vars{"name": name})
	return answer.String(t, "createWorkspace.workspace.id")
}

// Vars are the variables of a query.
type Vars map[string]any

// Do sends a query as JSON.
func (p *Person) Do(t *testing.T, query string, variables Vars) *Answer {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	answer := p.Post(t, "application/json", body)
	checkDeclared(t, query, answer)
	return answer
}

// Upload sends a query with files, by the paths of their variables, as the multipart request specification describes.
func (p *Person) Upload(t *testing.T, query string, variables Vars, files map[string]File) *Answer {
	t.Helper()
	body, contentType := Multipart(t, query, variables, files)
	header := p.Header.Clone() // others may send something as the same person
	if header.Get("GraphQL-Require-Preflight") == "" {
		header.Set("GraphQL-Require-Preflight", "1")
	}
	answer := p.post(t, header, contentType, body)
	checkDeclared(t, query, answer)
	return answer
}

// Multipart returns the body of a multipart request and its content type.
func Multipart(t *testing.T, query string, variables Vars, files map[string]File) (body []byte, contentType string) {
	t.Helper()
	operations, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	places, parts := map[string][]string{}, []File{}
	for place, file := range files {
		places[fmt.Sprint(len(parts))] = []string{place}
		parts = append(parts, file)
	}
	byPart, err := json.Marshal(places)
	if err != nil {
		t.Fatal(err)
	}
	var buffer bytes.Buffer
	w := multipart.NewWriter(&buffer)
	writeField(t, w, "operations", operations)
	writeField(t, w, "map", byPart)
	for i, file := range parts {
		writeFile(t, w, fmt.Sprint(i), file)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes(), w.FormDataContentType()
}

func writeField(t *testing.T, w *multipart.Writer, name string, value []byte) {
	t.Helper()
	if err := w.WriteField(name, string(value)); err != nil {
		t.Fatal(err)
	}
}

func writeFile(t *testing.T, w *multipart.Writer, name string, file File) {
	t.Helper()
	header := textproto.MIMEHeader{}
	header.Set("Content-Disposition", fmt.Sprintf(`form-data; name=%q; filename=%q`, name, file.Name))
	if file.ContentType != "" {
		header.Set("Content-Type", file.ContentType)
	}
	part, err := w.CreatePart(header)
	if err == nil {
		_, err = part.Write(file.Content)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Post sends a body to the API.
func (p *Person) Post(t *testing.T, contentType string, body []byte) *Answer {
	t.Helper()
	return p.post(t, p.Header.Clone(), contentType, body)
}

func (p *Person) post(t *testing.T, header http.Header, contentType string, body []byte) *Answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.world.URL+"/graphql", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = header
	request.Header.Set("Content-Type", contentType)
	response, err := (&http.Client{Jar: p.Jar}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	return read(t, response)
}
