// Package playground holds a page to try the API in: GraphiQL, with examples, loaded from nowhere but this host.
package playground

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"sync"
	"time"

	"github.com/klauspost/compress/gzhttp"
	"github.com/klauspost/compress/gzip"
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
	mux.HandleFunc("GET "+prefix+"/assets/{name}", func(w http.ResponseWriter, r *http.Request) { load().serveAsset(w, r) })
	return secured(compressed(mux))
}

func compressed(next http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.EnableZstd(false), gzhttp.CompressionLevel(gzip.BestSpeed))
	if err != nil {
		panic(fmt.Errorf("compress the playground: %w", err)) // the options are fixed
	}
	return wrap(next)
}

func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", policy)
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("X-Frame-Options", "DENY")
		next.ServeHTTP(w, r)
	})
}

type site struct {
	page   file
	assets map[string]file
}

func newSite(prefix, endpoint string) *site {
	s := &site{assets: readAssets()}
	address := func(name string) (string, error) {
		asset, ok := s.assets[name]
		if !ok {
			return "", fmt.Errorf("no asset %q", name)
		}
		return prefix + "/assets/" + name + "?v=" + asset.version, nil
	}
	page := template.Must(template.New("page").Funcs(template.FuncMap{"asset": address}).Parse(pageText))
	var html bytes.Buffer
	if err := page.Execute(&html, endpoint); err != nil {
		panic(fmt.Errorf("render the playground's page: %w", err))
	}
	s.page = newFile("page.html", html.Bytes())
	return s
}

// readAssets panics on errors, as embedded files cannot fail to be read.
func readAssets() map[string]file {
	assets := map[string]file{}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := files.ReadFile(name)
		assets[path.Base(name)] = newFile(name, content)
		return err
	})
	if err != nil {
		panic(fmt.Errorf("read the playground's assets: %w", err))
	}
	return assets
}

func (s *site) servePage(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-cache")
	s.page.serve(w, r)
}

// serveAsset lets an asset be kept forever only under the address that names its content.
func (s *site) serveAsset(w http.ResponseWriter, r *http.Request) {
	asset, ok := s.assets[r.PathValue("name")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	if r.URL.Query().Get("v") == asset.version {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		w.Header().Set("Cache-Control", "no-cache")
	}
	asset.serve(w, r)
}

// contentTypes are fixed here because those of package mime depend on the machine.
var contentTypes = map[string]string{
	".css":  "text/css; charset=utf-8",
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".txt":  "text/plain; charset=utf-8",
}

// file is something to serve.
type file struct {
	contentType string
	version     string
	content     []byte
}

func newFile(name string, content []byte) file {
	sum := sha256.Sum256(content)
	return file{contentType: contentTypes[path.Ext(name)], version: hex.EncodeToString(sum[:8]), content: content}
}

func (f file) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", f.contentType)
	w.Header().Set("ETag", `W/"`+f.version+`"`) // weak: the same content, compressed or not
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.content))
}
