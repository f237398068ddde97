package miniprogram

import (
	"context"
	"fmt"
	"time"

	"minidock/ent/miniprogram"
	"minidock/internal/picture"
	"minidock/internal/store"
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

// Sweep deletes the pictures that were last stored before that time and are not the logo of a mini program: a change stored them and was
// then refused, or another change replaced them.
func (m *MiniPrograms) Sweep(ctx context.Context, before time.Time) error {
	err := m.Blobs.Sweep(ctx, before, func(ctx context.Context, names []string) ([]string, error) {
		return m.Client.MiniProgram.Query().Where(store.In(miniprogram.FieldLogoName, names)).
			GroupBy(miniprogram.FieldLogoName).Strings(ctx)
	})
	if err != nil {
		return fmt.Errorf("sweep logos: %w", err)
	}
	return nil
}
