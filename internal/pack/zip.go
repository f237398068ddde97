package pack

import (
	"archive/zip"
	"io"
	"os"
	"time"
)

// epoch is the time of every file: the earliest that a zip can hold.
var epoch = time.Date(1980, time.January, 1, 0, 0, 0, 0, time.UTC)

// writeZip writes the files in their order, without what differs from one checkout to the next: times, modes and folders.
func writeZip(to io.Writer, root *os.Root, files []file) error {
	archive := zip.NewWriter(to)
	for _, one := range files {
		if err := add(archive, root, one); err != nil {
			return err
		}
	}
	return archive.Close()
}

func add(archive *zip.Writer, root *os.Root, one file) error {
	source, err := root.Open(one.path)
	if err != nil {
		return err
	}
	defer source.Close()
	header := &zip.FileHeader{Name: one.name, Method: zip.Deflate, Modified: epoch}
	header.SetMode(0o644)
	target, err := archive.CreateHeader(header)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return err
}
