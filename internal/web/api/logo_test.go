package api_test

import (
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"minidock/internal/apitest"
)

// logos creates a mini program for each kind of picture and returns the paths and types of their logos.
func logos(t *testing.T, w *apitest.World) map[string]string {
	t.Helper()
	ann := w.SignUp(t, "ann")
	input := apitest.CreateInput(ann.CreateWorkspace(t, "Ann's"))
	paths := map[string]string{}
	for contentType, picture := range map[string][]byte{"image/png": apitest.PNG(64, 64), "image/jpeg": apitest.JPEG(80, 80)} {
		answer := ann.Create(t, input.With("name", contentType).With("logo", apitest.Vars{"base64": apitest.Base64(picture)}))
		url := answer.String(t, "createMiniProgram.miniProgram.logo.url")
		path, ok := strings.CutPrefix(url, w.URL)
		if !ok {
			t.Fatalf("the logo is at %s", url)
		}
		paths[path] = contentType
	}
	return paths
}

func TestALogoIsServedToAnyoneForEver(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		for path, contentType := range logos(t, w) {
			response, body := send(t, w, http.MethodGet, path, nil)
			header := response.Header
			etag := `"` + strings.TrimPrefix(path, "/logos/") + `"`
			want := map[string]string{
				"Content-Type": contentType, "X-Content-Type-Options": "nosniff", "Cache-Control": "public, max-age=31536000, immutable",
				"Etag": etag, "Content-Security-Policy": "default-src 'none'; sandbox", "Cross-Origin-Resource-Policy": "cross-origin",
				"Content-Length": fmt.Sprint(len(body)), "Set-Cookie": "", "Vary": "",
			}
			for name, value := range want {
				if got := header.Get(name); got != value {
					t.Errorf("%s: %s is %q, want %q", path, name, got, value)
				}
			}
			if _, kind, err := image.Decode(strings.NewReader(body)); err != nil || "image/"+kind != contentType || response.StatusCode != http.StatusOK {
				t.Errorf("%s: status %d, %s, %v", path, response.StatusCode, kind, err)
			}
			head, nothing := send(t, w, http.MethodHead, path, nil)
			if head.StatusCode != http.StatusOK || nothing != "" || head.Header.Get("Etag") != etag || head.ContentLength != int64(len(body)) {
				t.Errorf("HEAD %s: status %d, %d bytes", path, head.StatusCode, head.ContentLength)
			}
			for _, tags := range []string{etag, "W/" + etag, `"other", ` + etag, "*"} {
				cached, nothing := send(t, w, http.MethodGet, path, map[string]string{"If-None-Match": tags})
				if cached.StatusCode != http.StatusNotModified || nothing != "" || cached.Header.Get("Etag") != etag {
					t.Errorf("%s, If-None-Match %s: status %d", path, tags, cached.StatusCode)
				}
			}
			if again, full := send(t, w, http.MethodGet, path, map[string]string{"If-None-Match": `"other"`}); again.StatusCode != http.StatusOK || full != body {
				t.Errorf("%s, another ETag: status %d", path, again.StatusCode)
			}
			if posted, _ := send(t, w, http.MethodPost, path, nil); posted.StatusCode != http.StatusMethodNotAllowed {
				t.Errorf("POST %s: status %d", path, posted.StatusCode)
			}
		}
	})
}

func TestWhatIsNoLogoIsNotFound(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		var png string
		for path, contentType := range logos(t, w) {
			if contentType == "image/png" {
				png = strings.TrimPrefix(path, "/logos/")
			}
		}
		hash := strings.TrimSuffix(png, ".png")
		secret := filepath.Join(w.Dir, "blobs", hash[:2], "secret.png")
		if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{
			"", "x", hash, hash + ".jpg", hash + ".gif", hash + ".PNG", strings.ToUpper(hash) + ".png", png + "x", "x" + png, png + "/", png + "%00", png + "%0a",
			strings.Repeat("0", 64) + ".png", hash[:63] + ".png", "secret.png", hash[:2] + "/" + png, hash[:2] + "%2F" + png,
			"../" + png, "..%2F..%2Fminidock.db", "%2e%2e/%2e%2e/minidock.db", "..%5C..%5Cminidock.db", "%2Fetc%2Fpasswd", "....//minidock.db",
			hash[:2] + "%2Fsecret.png", "tmp", "tmp/", ".", "..",
		} {
			status := raw(t, w, "/logos/"+name)
			if !strings.HasPrefix(status, "HTTP/1.1 404") && !strings.HasPrefix(status, "HTTP/1.1 3") && !strings.HasPrefix(status, "HTTP/1.1 400") {
				t.Errorf("%q: %.300s", name, status)
			}
			for _, content := range []string{"secret", "SQLite", "root:", "PNG", w.Dir} {
				if strings.Contains(status, content) {
					t.Errorf("%q gives %q", name, content)
				}
			}
		}
		response, body := send(t, w, http.MethodGet, "/logos/"+strings.Repeat("0", 64)+".png", nil)
		if response.StatusCode != http.StatusNotFound || body != "not found\n" || response.Header.Get("Cache-Control") != "no-store" || response.Header.Get("Etag") != "" {
			t.Errorf("a missing logo: status %d, %v: %s", response.StatusCode, response.Header, body)
		}
	})
}

// raw asks for a path that no client library would send as it is, and returns the whole answer but for a redirect's
// address.
func raw(t *testing.T, w *apitest.World, path string) string {
	t.Helper()
	connection, err := net.Dial("tcp", strings.TrimPrefix(w.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if _, err := fmt.Fprintf(connection, "GET %s HTTP/1.1\r\nHost: minidock\r\nConnection: close\r\n\r\n", path); err != nil {
		t.Fatal(err)
	}
	var answer bytes.Buffer
	if _, err := answer.ReadFrom(connection); err != nil {
		t.Fatal(err)
	}
	status, _, _ := strings.Cut(answer.String(), "\r\n")
	_, body, _ := strings.Cut(answer.String(), "\r\n\r\n")
	return status + "\n" + body
}

func TestTheLogosAddressIsThePublicOne(t *testing.T) {
	apitest.RunWith(t, apitest.Options{PublicURL: "http://minidock.example"}, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		ann.Header.Set("X-Forwarded-Host", "evil.example")
		answer := ann.Create(t, apitest.CreateInput(ann.CreateWorkspace(t, "Ann's")))
		url := answer.String(t, "createMiniProgram.miniProgram.logo.url")
		if !strings.HasPrefix(url, "http://minidock.example/logos/") || strings.Contains(answer.Body, "evil.example") {
			t.Errorf("the logo is at %s", url)
		}
	})
}
