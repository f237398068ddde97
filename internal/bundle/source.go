package bundle

import (
	"errors"
	"io"
)

// source reads a zip. It keeps an error of its reader, which is no mistake of the zip.
type source struct {
	reader io.ReaderAt
	size   int64
	err    error
}

func (s *source) ReadAt(p []byte, offset int64) (int, error) {
	n, err := s.reader.ReadAt(p, offset)
	switch ended := errors.Is(err, io.EOF); {
	case n == len(p):
		return n, nil
	case ended && offset+int64(n) < s.size:
		err = io.ErrUnexpectedEOF
		s.err = err
	case !ended:
		s.err = err
	}
	return n, err
}
