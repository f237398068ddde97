package web

import (
	"context"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"minidock/internal/blob"
	"minidock/internal/secret"
)

const packagePath = "/packages/"

// PackageURL returns the address at which anyone can fetch a package until it expires. Blob is its name among the blobs, saveAs the name that
// it is saved under.
func PackageURL(publicURL string, key *secret.Key, blobName, saveAs string, expires time.Time) string {
	until := strconv.FormatInt(expires.Unix(), 10)
	query := url.Values{"name": {saveAs}, "expires": {until}, "signature": {key.Sign(signedParts(blobName, saveAs, until))}}
	return publicURL + packagePath + blobName + "?" + query.Encode()
}

// signedParts is what the signature of a package's address is for.
func signedParts(parts ...string) string { return "package\n" + strings.Join(parts, "\n") }

// packages serves the packages whose addresses are signed with the key, or parts of them.
func packages(blobs blob.Store, key *secret.Key, now func() time.Time, stopping context.Context, writeTime time.Duration) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name, query := r.PathValue("name"), r.URL.Query()
		saveAs, until := query.Get("name"), query.Get("expires")
		if !key.HasSigned(signedParts(name, saveAs, until), query.Get("signature")) {
			writeText(w, http.StatusNotFound, "not found\n")
			return
		}
		expires, err := strconv.ParseInt(until, 10, 64)
		if err != nil || !now().Before(time.Unix(expires, 0)) {
			writeText(w, http.StatusGone, "This address has expired. Ask for a new one.\n")
			return
		}
		content, err := blobs.Open(r.Context(), name)
		if err != nil {
			writeText(w, http.StatusNotFound, "not found\n")
			return
		}
		defer content.Close()
		header := w.Header()
		header.Set("Content-Type", "application/zip")
		header.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": saveAs}))
		header.Set("Content-Security-Policy", "default-src 'none'; sandbox")
		header.Set("Cross-Origin-Resource-Policy", "cross-origin")
		header.Set("Cache-Control", "private, immutable, max-age="+strconv.Itoa(int(time.Unix(expires, 0).Sub(now()).Seconds())))
		header.Set("ETag", `"`+strings.TrimSuffix(name, ".zip")+`"`)
		http.ServeContent(&pacedWriter{w, http.NewResponseController(w), stopping, writeTime}, r, "", time.Time{}, content)
	}
}

// pacedWriter gives a client time for each piece of a long answer, until the server stops.
type pacedWriter struct {
	http.ResponseWriter
	controller *http.ResponseController
	stopping   context.Context
	writeTime  time.Duration
}

// Write writes a piece.
func (w *pacedWriter) Write(piece []byte) (int, error) {
	n, err := w.ResponseWriter.Write(piece)
	if w.stopping.Err() == nil {
		_ = w.controller.SetWriteDeadline(time.Now().Add(w.writeTime))
	}
	return n, err
}

// Unwrap lets http.ResponseController reach what it needs.
func (w *pacedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
