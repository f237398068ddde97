package secret

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func newKey(t *testing.T, of byte) *Key {
	t.Helper()
	key, err := NewKey(bytes.Repeat([]byte{of}, keySize))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestOnlyTheSameKeyOpensForTheSameOwner(t *testing.T) {
	t.Parallel()
	key, other := newKey(t, 1), newKey(t, 2)
	sealed := key.Seal("JBSWY3DP", "ann")
	if strings.Contains(sealed, "JBSWY3DP") || sealed == key.Seal("JBSWY3DP", "ann") || !strings.HasPrefix(sealed, key.Mark()) {
		t.Errorf("sealed as %q", sealed)
	}
	if got, err := newKey(t, 1).Open(sealed, "ann"); got != "JBSWY3DP" || err != nil {
		t.Errorf("opened as %q, %v", got, err)
	}
	if _, err := other.Open(sealed, "ann"); !errors.Is(err, ErrOtherKey) {
		t.Errorf("another key: %v", err)
	}
	forged := other.Mark() + strings.TrimPrefix(sealed, key.Mark())
	flipped := []byte(sealed)
	flipped[len(flipped)-2] ^= 1
	for text, open := range map[string]func() (string, error){
		"for another owner": func() (string, error) { return key.Open(sealed, "bob") },
		"a forged mark":     func() (string, error) { return other.Open(forged, "ann") },
		"a changed text":    func() (string, error) { return key.Open(string(flipped), "ann") },
		"a cut text":        func() (string, error) { return key.Open(sealed[:len(sealed)-8], "ann") },
		"a mark only":       func() (string, error) { return key.Open(key.Mark(), "ann") },
		"no base64":         func() (string, error) { return key.Open(key.Mark()+"?", "ann") },
		"a plain text":      func() (string, error) { return key.Open("JBSWY3DP", "ann") },
	} {
		if got, err := open(); err == nil || got != "" {
			t.Errorf("%s: %q, %v", text, got, err)
		}
	}
}

func TestAKeyFileIsMadeOnceForItsOwnerOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret.key")
	if _, err := Read(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a file: %v", err)
	}
	marks := make([]string, 8)
	var wg sync.WaitGroup
	for i := range marks {
		wg.Go(func() {
			key, err := Create(path)
			if err != nil {
				t.Error(err)
				return
			}
			marks[i] = key.Mark()
		})
	}
	wg.Wait()
	read, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, mark := range marks {
		if mark != read.Mark() {
			t.Errorf("created %q, read %q", mark, read.Mark())
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

func TestABrokenKeyFileIsRefusedWithoutItsContent(t *testing.T) {
	t.Parallel()
	for _, content := range []string{"", "\n", "c2hvcnQ=", "not base64 of hunter2", strings.Repeat("QUJD", 20), strings.Repeat("A", 1<<20)} {
		path := filepath.Join(t.TempDir(), "secret.key")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); err == nil || !strings.Contains(err.Error(), path) || len(content) > 4 && strings.Contains(err.Error(), content[:5]) {
			t.Errorf("%.20q: %v", content, err)
		}
	}
}

func TestOnlyTheHolderOfTheKeySigns(t *testing.T) {
	t.Parallel()
	key, other := newKey(t, 1), newKey(t, 2)
	signature := key.Sign("a text")
	if !key.HasSigned("a text", signature) || key.Sign("a text") != signature {
		t.Error("the signature is not that of the text")
	}
	for _, one := range []struct{ text, signature string }{
		{"another", signature}, {"a text", ""}, {"a text", signature + "="}, {"a text", signature[1:]}, {"a text", other.Sign("a text")}, {"", signature},
	} {
		if key.HasSigned(one.text, one.signature) {
			t.Errorf("%q is signed by %q", one.text, one.signature)
		}
	}
}
