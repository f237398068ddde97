package picture

import (
	"context"
	"strings"

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

// Prepare judges the source and encodes it again, upright, in its own type and size. It records the first user error under field. Pixels
// are read only if the header is within limits, of one picture of a user at a time, and of as many at once as memory allows; further callers
// wait. The error is that of a context that ended before its turn.
func Prepare(ctx context.Context, user string, src Source, limits Limits, field string, errs *fault.UserErrors) (Picture, error) {
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
		return redraw(ctx, user, src.Bytes, contentType, limits, field, errs)
	}
	return Picture{}, nil
}

func redraw(ctx context.Context, user string, content []byte, contentType string, limits Limits, field string, errs *fault.UserErrors) (Picture, error) {
	kind := kinds[contentType]
	header, err := kind.header(content)
	cost := kind.cost(content)
	switch width, height := header.Width, header.Height; {
	case err != nil:
		errs.Add(field, fault.InvalidImage)
	case width != height:
		errs.Add(field, fault.NotSquare, "width", width, "height", height)
	case width < limits.MinSide:
		errs.Add(field, fault.TooSmall, "width", width, "min", limits.MinSide)
	case width > limits.MaxSide:
		errs.Add(field, fault.TooManyPixels, "width", width, "max", limits.MaxSide)
	case width > cost.maxSide():
		errs.Add(field, fault.TooManyPixels, "width", width, "max", cost.maxSide())
	default:
		release, err := turns.take(ctx, user, cost.memory(width))
		if err != nil {
			return Picture{}, err
		}
		defer release()
		drawn, err := kind.redraw(content, limits.MaxBytes)
		if err != nil {
			errs.Add(field, fault.InvalidImage)
			return Picture{}, nil
		}
		return Picture{Bytes: drawn, ContentType: contentType, Width: width, Height: height}, nil
	}
	return Picture{}, nil
}
