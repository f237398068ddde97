// Package asset serves the embedded files of pages under addresses that name their content, so that browsers can keep them.
package asset

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"time"
)

// File is something to serve.
type File struct {
	contentType string
	version     string
	content     []byte
}

// contentTypes are fixed here because those of package mime depend on the machine.
var contentTypes = map[string]string{
	".css":  "text/css; charset=utf-8",
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".txt":  "text/plain; charset=utf-8",
}

// New returns a file with the content type of its name's extension.
func New(name string, content []byte) File {
	sum := sha256.Sum256(content)
	return File{contentType: contentTypes[path.Ext(name)], version: hex.EncodeToString(sum[:8]), content: content}
}

// Serve answers a request for the file.
func (f File) Serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", f.contentType)
	w.Header().Set("ETag", `W/"`+f.version+`"`) // weak: the same content, compressed or not
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.content))
}

// Secured lets browsers do with a page only what its content security policy allows.
func Secured(policy string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", policy)
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("X-Frame-Options", "DENY")
		next.ServeHTTP(w, r)
	})
}

// Set has files by their names without folders.
type Set map[string]File

// Read reads all files, which are embedded: it panics if it cannot.
func Read(files fs.FS) Set {
	set := Set{}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		set[path.Base(name)] = New(name, content)
		return err
	})
	if err != nil {
		panic(fmt.Errorf("read embedded files: %w", err))
	}
	return set
}

// Address returns where a file of the set is served below base, with its version.
func (s Set) Address(base, name string) (string, error) {
	file, ok := s[name]
	if !ok {
		return "", fmt.Errorf("no file %q", name)
	}
	return base + name + "?v=" + file.version, nil
}

// Serve answers a request for the file of this name. It may be kept forever only under the address that names its content.
func (s Set) Serve(w http.ResponseWriter, r *http.Request, name string) {
	file, ok := s[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	if r.URL.Query().Get("v") == file.version {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		w.Header().Set("Cache-Control", "no-cache")
	}
	file.Serve(w, r)
}
