package version

import (
	"testing"

	"minidock/ent"
	"minidock/internal/blob"
	"minidock/internal/bundle"
	"minidock/internal/page"
)

// A request may ask for thirty pages of one comparison, and each list may have 10,000 files.
func TestTheListsOfFilesAreReadOnceForAllPages(t *testing.T) {
	t.Parallel()
	blobs, err := blob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	v := &Versions{Blobs: blobs}
	list := func(paths ...string) *ent.Version {
		var files []bundle.File
		for _, path := range paths {
			files = append(files, bundle.File{FileSize: bundle.FileSize{Path: path, Size: 1}, SHA256: path})
		}
		name, err := v.keepFiles(t.Context(), files)
		if err != nil {
			t.Fatal(err)
		}
		return &ent.Version{FilesName: &name}
	}
	from, to := list("a", "b"), list("b", "c")
	c := &Comparison{files: v.differing(t.Context(), from, to)}
	for i := range 2 {
		of, total, err := c.Differing(page.Args{})
		if err != nil || total != 2 || len(of.Nodes) != 2 || of.Nodes[0].Change != Removed || of.Nodes[1].Change != Added {
			t.Errorf("page %d: %+v, %d, %v", i, of.Nodes, total, err)
		}
		for _, row := range []*ent.Version{from, to} {
			if err := blobs.Delete(t.Context(), *row.FilesName); err != nil {
				t.Error(err)
			}
		}
	}
}
