package model

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"minidock/internal/blob"
	"minidock/internal/fault"
)

// MarshalDateTime writes a moment in UTC to the microsecond, which is what every database keeps.
func MarshalDateTime(t time.Time) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		_, _ = io.WriteString(w, strconv.Quote(t.UTC().Format("2006-01-02T15:04:05.999999Z")))
	})
}

// UnmarshalDateTime reads a moment in RFC 3339.
func UnmarshalDateTime(v any) (time.Time, error) {
	text, ok := v.(string)
	if !ok {
		return time.Time{}, fmt.Errorf("a DateTime is a string; found %T", v)
	}
	return time.Parse(time.RFC3339Nano, text)
}

// MarshalUpload is never called: no field gives an Upload.
func MarshalUpload(blob.File) graphql.Marshaler { return graphql.Null }

// UnmarshalUpload reads a file sent beside the query.
func UnmarshalUpload(v any) (blob.File, error) {
	upload, ok := v.(graphql.Upload)
	if !ok {
		return blob.File{}, fault.BadInput("An Upload is a file sent beside the query in a multipart request.")
	}
	return blob.File{Name: upload.Filename, ContentType: upload.ContentType, Size: upload.Size, Content: upload.File}, nil
}
