package remote

import (
	"bytes"
	"io"
	"mime/multipart"

	"minidock/internal/pack"
)

// upload is the file of a request.
type upload struct {
	file *pack.Package
	// variable is the path of the variable that the file is for, which is null in the request.
	variable string
}

// form returns the body of the request, as the GraphQL multipart request specification has it, its type and its length. The file is
// read while it is sent.
func (u *upload) form(operation []byte, progress *progress) (body io.Reader, contentType string, length int64, err error) {
	var before, after bytes.Buffer
	form := multipart.NewWriter(&before)
	for _, part := range [][2]string{{"operations", string(operation)}, {"map", `{"0":["` + u.variable + `"]}`}} {
		if err := form.WriteField(part[0], part[1]); err != nil {
			return nil, "", 0, err
		}
	}
	if _, err := form.CreateFormFile("0", "package.zip"); err != nil {
		return nil, "", 0, err
	}
	after.WriteString("\r\n--" + form.Boundary() + "--\r\n")
	length = int64(before.Len()) + u.file.Size + int64(after.Len())
	file := &counted{Reader: io.NewSectionReader(u.file.File, 0, u.file.Size), size: u.file.Size, progress: progress}
	return io.MultiReader(&before, file, &after), form.FormDataContentType(), length, nil
}

// counted shows how much of a file has been read.
type counted struct {
	io.Reader
	read, size int64
	progress   *progress
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.read += int64(n)
	c.progress.bar("Uploading", c.read, c.size)
	return n, err
}
