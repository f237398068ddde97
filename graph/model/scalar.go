package model

import (
	"io"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"minidock/internal/blob"
	"minidock/internal/fault"
	"minidock/internal/moment"
)

// MarshalID writes an id as any other text.
func MarshalID(id string) graphql.Marshaler { return graphql.MarshalString(id) }

// UnmarshalID reads an id.
func UnmarshalID(v any) (string, error) { return graphql.UnmarshalID(v) }

// MarshalDateTime writes a moment in RFC 3339, in UTC and milliseconds.
func MarshalDateTime(t time.Time) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		text := append(make([]byte, 0, 32), '"')
		_, _ = w.Write(append(moment.AppendText(text, t), '"'))
	})
}

// UnmarshalDateTime reads a moment.
func UnmarshalDateTime(v any) (time.Time, error) {
	text, _ := v.(string)
	at, err := moment.Parse(text)
	if err != nil {
		return time.Time{}, fault.BadInput("A DateTime is written in RFC 3339 with three fraction digits, such as 2026-11-22T08:30:00.000Z.")
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
	file := blob.File{Name: upload.Filename, ContentType: upload.ContentType, Size: upload.Size, Content: upload.File}
	if received, ok := upload.File.(interface{ Spooled() any }); ok {
		file.Draft, _ = received.Spooled().(blob.Draft)
	}
	return file, nil
}
