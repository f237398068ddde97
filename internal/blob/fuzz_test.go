package blob

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// FuzzOpen takes foreign text for the name of a blob. Nothing is opened but what was put under exactly this name.
func FuzzOpen(f *testing.F) {
	dir := f.TempDir()
	s, err := Open(filepath.Join(dir, "blobs"))
	if err != nil {
		f.Fatal(err)
	}
	name, err := Put(f.Context(), s, ".png", []byte("a picture"))
	if err != nil {
		f.Fatal(err)
	}
	for _, secret := range []string{"secret", "blobs/secret", "blobs/" + name[:2] + "/secret.png", "blobs/tmp/secret"} {
		if err := os.WriteFile(filepath.Join(dir, secret), []byte("secret"), 0o600); err != nil {
			f.Fatal(err)
		}
	}
	for _, seed := range []string{
		name, name[:64] + ".jpg", name[:64] + ".zip", name + "\n", "../secret", "..\\secret", name[:2] + "/secret.png", "/etc/passwd", "tmp/secret", "", ".", "\x00", name[:2] + "/" + name,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, asked string) {
		file, err := s.Open(t.Context(), asked)
		if err == nil {
			defer file.Close()
		}
		if (err == nil) != (asked == name) || err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %v", asked, err)
		}
	})
}
