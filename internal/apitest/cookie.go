package apitest

import (
	"net/http"
	"net/url"
	"testing"
)

// Elsewhere returns the same person in another browser, with another session.
func (p *Person) Elsewhere(t *testing.T) *Person {
	t.Helper()
	other := p.world.Visitor(t)
	other.ID, other.Email, other.DisplayName = p.ID, p.Email, p.DisplayName
	other.SignIn(t)
	return other
}

// Cookies returns what the jar holds for the server.
func (p *Person) Cookies(t *testing.T) []*http.Cookie {
	t.Helper()
	return p.Jar.Cookies(p.server(t))
}

// Cookie returns the session's cookie as the jar holds it; the test ends when there is none.
func (p *Person) Cookie(t *testing.T) *http.Cookie {
	t.Helper()
	cookies := p.Cookies(t)
	if len(cookies) != 1 {
		t.Fatalf("the jar holds %d cookies", len(cookies))
	}
	return cookies[0]
}

// With returns somebody who sends this cookie and has no other.
func (w *World) With(t *testing.T, name, value string) *Person {
	t.Helper()
	p := w.Visitor(t)
	p.Jar.SetCookies(p.server(t), []*http.Cookie{{Name: name, Value: value, Path: "/"}})
	return p
}

func (p *Person) server(t *testing.T) *url.URL {
	t.Helper()
	server, err := url.Parse(p.world.URL)
	if err != nil {
		t.Fatal(err)
	}
	return server
}
