// Package playground holds a page to try the API in: GraphiQL, with examples, loaded from nowhere but this host.
package playground

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"sync"

	"github.com/klauspost/compress/gzhttp"
	"github.com/klauspost/compress/gzip"

	"minidock/internal/asset"
)

//go:embed page.html
var pageText string

//go:embed playground.js playground.css third_party/*.js third_party/*.css third_party/LICENSES.txt
var files embed.FS

// policy has no 'unsafe-inline' for scripts; GraphiQL's editor sets styles inline.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data:; font-src 'self' data:; connect-src 'self'; " +
	"frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// Handler serves the page at prefix, with or without a slash at the end, and the page's files below prefix/assets/.
// The caller mounts it at prefix and at prefix/, and strips nothing. The page posts its requests to endpoint, a path
// on the same host. Methods other than GET and HEAD are refused. Nothing is read before the first request.
func Handler(prefix, endpoint string) http.Handler {
	load := sync.OnceValue(func() *site { return newSite(prefix, endpoint) })
	page := func(w http.ResponseWriter, r *http.Request) { load().servePage(w, r) }

	mux := http.NewServeMux()
	mux.HandleFunc("GET "+prefix, page)
	mux.HandleFunc("GET "+prefix+"/{$}", page)
	mux.HandleFunc("GET "+prefix+"/assets/{name}", func(w http.ResponseWriter, r *http.Request) { load().assets.Serve(w, r, r.PathValue("name")) })
	return asset.Secured(policy, compressed(mux))
}

func compressed(next http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.EnableZstd(false), gzhttp.CompressionLevel(gzip.BestSpeed))
	if err != nil {
		panic(fmt.Errorf("compress the playground: %w", err)) // the options are fixed
	}
	return wrap(next)
}

type site struct {
	page   asset.File
	assets asset.Set
}

func newSite(prefix, endpoint string) *site {
	s := &site{assets: asset.Read(files)}
	address := func(name string) (string, error) { return s.assets.Address(prefix+"/assets/", name) }
	page := template.Must(template.New("page").Funcs(template.FuncMap{"asset": address}).Parse(pageText))
	var html bytes.Buffer
	if err := page.Execute(&html, endpoint); err != nil {
		panic(fmt.Errorf("render the playground's page: %w", err))
	}
	s.page = asset.New("page.html", html.Bytes())
	return s
}

func (s *site) servePage(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-cache")
	s.page.Serve(w, r)
}
