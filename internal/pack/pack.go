// Package pack makes packages of folders: zips that are equal, byte by byte, whenever the folders have the same files.
package pack

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// A Package is a zip that is ready to be sent.
type Package struct {
	// File is the zip; reading begins at its start.
	File *os.File
	// Size is how many bytes it has.
	Size int64
	// Files is how many files were packed, 0 for a zip that was there before.
	Files int
}

// A Problem is a reason why a folder cannot be packed. Its code is one of those that the server gives.
type Problem struct {
	Code    string
	File    string
	Message string
}

// String is the problem in a line.
func (p Problem) String() string {
	if p.File == "" {
		return p.Message
	}
	return p.File + ": " + p.Message
}

// Refusal is the error of a folder that cannot be packed as it is.
type Refusal struct{ Problems []Problem }

func (r *Refusal) Error() string {
	var lines []string
	for _, problem := range r.Problems {
		lines = append(lines, problem.String())
	}
	return strings.Join(lines, "\n")
}

// Open packs a folder into a temporary file, or opens a zip as it is. It fails with a Refusal if something in the folder cannot be
// packed, and with any other error if there is no such folder or zip, nothing in it, or what it ignores cannot be read.
func Open(path string) (*Package, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("%s: there is no such folder or zip", path)
	case err != nil:
		return nil, err
	case info.IsDir():
		return openFolder(path)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is neither a folder nor a zip", path)
	}
	return openZip(path)
}

// Close removes what was made.
func (p *Package) Close() { _ = p.File.Close() }

func openZip(path string) (*Package, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return &Package{File: file, Size: info.Size()}, nil
}

// openFolder packs what is below the folder. Files are read through os.Root, which follows no link that leaves it.
func openFolder(path string) (*Package, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	files, err := list(root)
	switch {
	case err != nil:
		return nil, err
	case len(files) == 0:
		return nil, fmt.Errorf("%s has no files to upload", path)
	}
	return write(root, files)
}

// write packs the files into a temporary file that has no name, so that nothing is left behind however the program ends.
func write(root *os.Root, files []file) (*Package, error) {
	temporary, err := os.CreateTemp("", "minidock-pack-")
	if err != nil {
		return nil, err
	}
	p := &Package{File: temporary, Files: len(files)}
	_ = os.Remove(temporary.Name()) // fails where open files cannot be removed; the system's own clean-up takes it there
	if err := p.fill(root, files); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

func (p *Package) fill(root *os.Root, files []file) error {
	if err := writeZip(p.File, root, files); err != nil {
		return err
	}
	var err error
	if p.Size, err = p.File.Seek(0, io.SeekEnd); err != nil {
		return err
	}
	_, err = p.File.Seek(0, io.SeekStart)
	return err
}
