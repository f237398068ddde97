package miniprogram

import (
	"context"
	"fmt"

	"minidock/internal/picture"
)

// extensions of the files that logos are kept in.
var extensions = map[string]string{"image/png": ".png", "image/jpeg": ".jpg"}

// keepLogo stores a picture and returns its name. Everybody who knows the name can fetch it.
func (m *MiniPrograms) keepLogo(ctx context.Context, logo picture.Picture) (string, error) {
	name, err := m.Blobs.Put(ctx, extensions[logo.ContentType], logo.Bytes)
	if err != nil {
		return "", fmt.Errorf("keep a logo: %w", err)
	}
	return name, nil
}
