package web

import (
	"net/http"
	"path"
	"time"

	"minidock/internal/blob"
)

const logoPath = "/logos/"

// contentTypes of the pictures by the extension of their names.
var contentTypes = map[string]string{".png": "image/png", ".jpg": "image/jpeg"}

// logos serves pictures by name. A name is the hash of its content, so an answer never changes.
func logos(blobs blob.Store) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("name")
		contentType := contentTypes[path.Ext(name)]
		if contentType == "" {
			writeText(w, http.StatusNotFound, "not found\n")
			return
		}
		picture, err := blobs.Open(r.Context(), name)
		if err != nil {
			writeText(w, http.StatusNotFound, "not found\n")
			return
		}
		defer picture.Close()
		header := w.Header()
		header.Set("Content-Type", contentType)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Content-Security-Policy", "default-src 'none'; sandbox")
		header.Set("Cross-Origin-Resource-Policy", "cross-origin")
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
		header.Set("ETag", `"`+name+`"`)
		http.ServeContent(w, r, name, time.Time{}, picture)
	}
}
