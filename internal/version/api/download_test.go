package api_test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"minidock/internal/apitest"
)

const downloadURL = `query($id: ID!, $for: Int! = 300) { version(id: $id) { downloadUrl(expiresIn: $for) } }`

func TestAPackageIsFetchedAtItsSignedAddress(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		miniProgramID := ann.CreateMiniProgram(t, ann.CreateWorkspace(t, "Coffee"), "咖啡店")
		versionID := ann.UploadVersion(t, miniProgramID, apitest.Vars{}, project).UploadedVersion(t)
		if got := ann.Do(t, downloadURL, apitest.Vars{"id": versionID}).Get("version.downloadUrl"); got != nil {
			t.Errorf("before it is READY: %v", got)
		}
		w.CheckPackages(t)
		address := ann.Do(t, downloadURL, apitest.Vars{"id": versionID}).String(t, "version.downloadUrl")
		path, ok := strings.CutPrefix(address, w.URL)
		if !ok {
			t.Fatalf("the address is %s", address)
		}
		response := w.Get(t, path)
		if got := read(t, response); response.StatusCode != http.StatusOK || !bytes.Equal(got, project) {
			t.Errorf("status %d, %d bytes", response.StatusCode, len(got))
		}
		appID := w.MiniProgram(t, miniProgramID).AppID
		for header, want := range map[string]string{
			"Content-Type": "application/zip", "Content-Disposition": "attachment; filename=" + appID + "-1.0.0.zip", "X-Content-Type-Options": "nosniff",
			"Accept-Ranges": "bytes", "Content-Security-Policy": "default-src 'none'; sandbox",
		} {
			if got := response.Header.Get(header); got != want {
				t.Errorf("%s is %q, want %q", header, got, want)
			}
		}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Range", "bytes=2-5")
		part, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer part.Body.Close()
		if got := read(t, part); part.StatusCode != http.StatusPartialContent || !bytes.Equal(got, project[2:6]) {
			t.Errorf("status %d, %q", part.StatusCode, got)
		}
	})
}

func TestAnAddressIsGoodForNothingElse(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		miniProgramID := ann.CreateMiniProgram(t, ann.CreateWorkspace(t, "Coffee"), "咖啡店")
		versionID, other := w.ReadyVersion(t, ann, miniProgramID, project), w.ReadyVersion(t, ann, miniProgramID, small("other"))
		address := ann.Do(t, downloadURL, apitest.Vars{"id": versionID, "for": 3600}).String(t, "version.downloadUrl")
		parsed, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		with := func(name, value string) string {
			query := parsed.Query()
			query.Set(name, value)
			return parsed.Path + "?" + query.Encode()
		}
		for _, path := range []string{
			parsed.Path, with("expires", "99999999999"), with("name", "evil.exe"), with("signature", ""), with("signature", "AAAA"),
			strings.Replace(parsed.RequestURI(), w.Version(t, versionID).Sha256, w.Version(t, other).Sha256, 1),
			strings.Replace(parsed.RequestURI(), ".zip?", ".txt?", 1),
		} {
			if response := w.Get(t, path); response.StatusCode != http.StatusNotFound {
				t.Errorf("%s: status %d", path, response.StatusCode)
			}
		}
		for _, seconds := range []int{0, -1, 3601} {
			if code := ann.Do(t, downloadURL, apitest.Vars{"id": versionID, "for": seconds}).Code(t); code != "BAD_USER_INPUT" {
				t.Errorf("for %d seconds: %q", seconds, code)
			}
		}
		w.Advance(time.Hour)
		if response := w.Get(t, parsed.RequestURI()); response.StatusCode != http.StatusGone {
			t.Errorf("after it has expired: status %d", response.StatusCode)
		}
	})
}

func read(t *testing.T, response *http.Response) []byte {
	t.Helper()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return body
}
