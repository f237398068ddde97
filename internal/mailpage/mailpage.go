// Package mailpage holds the pages that the links in mails lead to: they confirm an email address, set a new password and accept an
// invitation, by the GraphQL API.
package mailpage

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"sync"

	"golang.org/x/text/language"

	"minidock/internal/asset"
	"minidock/internal/locale"
)

//go:embed page.html
var pageText string

//go:embed page.js page.css
var files embed.FS

// policy allows neither inline script nor inline style, and no form to be sent without the script.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
	"frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// assetsPath is where the files of the pages are.
const assetsPath = "/mail-pages/"

// names are the pages' names, which are also their paths: those of the links in mails.
var names = []string{"confirm-email", "reset-password", "invitation"}

// Paths returns the patterns of the requests that Handler answers.
func Paths() []string {
	paths := []string{"GET " + assetsPath + "{name}"}
	for _, name := range names {
		paths = append(paths, "GET /"+name)
	}
	return paths
}

// Handler serves the pages, in English or Simplified Chinese as the request asks for, and their files. All addresses in the pages are
// relative, so that they work below any public URL. The tokens are in the fragments of the links, which browsers do not send.
func Handler() http.Handler {
	load := sync.OnceValue(newSite)
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+assetsPath+"{name}", func(w http.ResponseWriter, r *http.Request) { load().assets.Serve(w, r, r.PathValue("name")) })
	for _, name := range names {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) { load().servePage(w, r, name) })
	}
	return asset.Secured(policy, mux)
}

// page is one page in one language.
type page struct {
	name    string
	chinese bool
}

type site struct {
	pages  map[page]asset.File
	assets asset.Set
}

func newSite() *site {
	s := &site{assets: asset.Read(files), pages: map[page]asset.File{}}
	for _, name := range names {
		for _, tag := range []language.Tag{language.English, language.SimplifiedChinese} {
			s.pages[page{name, locale.IsChinese(tag)}] = asset.New("page.html", s.render(name, tag))
		}
	}
	return s
}

// render panics if the page's template is wrong.
func (s *site) render(name string, tag language.Tag) []byte {
	functions := template.FuncMap{
		// From "/invitation", as seen from the page itself: the path without its slash.
		"asset": func(file string) (string, error) { return s.assets.Address(assetsPath[1:], file) },
		"text": func(key string) (string, error) {
			text, ok := texts[key]
			if !ok {
				return "", fmt.Errorf("no text %q", key)
			}
			return text.In(tag), nil
		},
	}
	parsed := template.Must(template.New("page").Funcs(functions).Parse(pageText))
	var html bytes.Buffer
	if err := parsed.Execute(&html, map[string]string{"Page": name, "Language": tag.String()}); err != nil {
		panic(fmt.Errorf("render the page %s: %w", name, err))
	}
	return html.Bytes()
}

func (s *site) servePage(w http.ResponseWriter, r *http.Request, name string) {
	w.Header().Add("Vary", "Accept-Language")
	w.Header().Set("Cache-Control", "no-cache")
	s.pages[page{name, locale.IsChinese(locale.Accept(r.Header.Get("Accept-Language")))}].Serve(w, r)
}
