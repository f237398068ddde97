package picture

import (
	"bytes"
	"context"
	"runtime"
	"strings"

	"golang.org/x/sync/semaphore"

	"minidock/internal/fault"
)

// Limits are what a launch target asks of a picture. The sides are in pixels, both bounds included.
type Limits struct {
	MaxBytes, MinSide, MaxSide int
	ContentTypes               []string // of image/png and image/jpeg
}

// Picture is a square picture that was encoded here: it has pixels and nothing else.
type Picture struct {
	Bytes         []byte
	ContentType   string
	Width, Height int
}

// Prepare judges the source and encodes it again, upright, in its own type and size. It records the first user error under field, and says
// whether there is none. Pixels are read only if the header is within limits, and of as many pictures at once as there are processors; further
// callers wait.
func Prepare(src Source, limits Limits, field string, errs *fault.UserErrors) (Picture, bool) {
	contentType := typeOf(src.Bytes)
	stray := strayType(src, contentType, limits.ContentTypes)
	switch size := len(src.Bytes); {
	case size == 0:
		errs.Add(field, fault.Blank)
	case size > limits.MaxBytes:
		errs.Add(field, fault.TooLarge, "bytes", size, "max", limits.MaxBytes)
	case stray != "":
		allowed := strings.Join(limits.ContentTypes, ", ")
		errs.Add(field, fault.UnsupportedType, "found", stray, "allowed", allowed)
	default:
		return redraw(src.Bytes, contentType, limits, field, errs)
	}
	return Picture{}, false
}

func redraw(content []byte, contentType string, limits Limits, field string, errs *fault.UserErrors) (Picture, bool) {
	header, err := kinds[contentType].header(bytes.NewReader(content))
	switch width, height := header.Width, header.Height; {
	case err != nil:
		errs.Add(field, fault.InvalidImage)
	case width != height:
		errs.Add(field, fault.NotSquare, "width", width, "height", height)
	case width < limits.MinSide:
		errs.Add(field, fault.TooSmall, "width", width, "min", limits.MinSide)
	case width > limits.MaxSide:
		errs.Add(field, fault.TooManyPixels, "width", width, "max", limits.MaxSide)
	default:
		drawn, err := inTurn(content, kinds[contentType].redraw)
		if err != nil {
			errs.Add(field, fault.InvalidImage)
			return Picture{}, false
		}
		return Picture{Bytes: drawn, ContentType: contentType, Width: width, Height: height}, true
	}
	return Picture{}, false
}

// turns has one for each processor: a picture within limits may take hundreds of megabytes while it is drawn.
var turns = semaphore.NewWeighted(int64(runtime.GOMAXPROCS(0)))

func inTurn(content []byte, redraw func([]byte) ([]byte, error)) ([]byte, error) {
	if err := turns.Acquire(context.Background(), 1); err != nil {
		return nil, err
	}
	defer turns.Release(1)
	return redraw(content)
}
