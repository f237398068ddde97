package model

import (
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

// UnmarshalDateTime reads a moment in RFC 3339 and gives it in UTC to the microsecond, as every moment is kept: SQLite compares them
// as texts, and needs the years to have four digits.
func UnmarshalDateTime(v any) (time.Time, error) {
	text, _ := v.(string)
	at, err := time.Parse(time.RFC3339Nano, text)
	at = at.UTC().Truncate(time.Microsecond)
	if err != nil || at.Year() < 0 || at.Year() > 9999 {
		return time.Time{}, fault.BadInput("A DateTime is a moment as RFC 3339 writes it, such as 2026-11-22T08:30:00Z.")
	}
	return at, nil
}

// MarshalUpload is never called: no field returns an Upload.
func MarshalUpload(blob.File) graphql.Marshaler { return graphql.Null }

// UnmarshalUpload reads a file of a multipart request.
func UnmarshalUpload(v any) (blob.File, error) {
	upload, ok := v.(graphql.Upload)
	if !ok {
		return blob.File{}, fault.BadInput("An Upload is a file sent beside the query in a multipart request.")
	}
	return blob.File{Name: upload.Filename, ContentType: upload.ContentType, Size: upload.Size, Content: upload.File}, nil
}
