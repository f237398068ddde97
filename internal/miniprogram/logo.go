package miniprogram

import (
	"context"
	"fmt"

	"minidock/ent/miniprogram"
	"minidock/internal/blob"
	"minidock/internal/picture"
	"minidock/internal/store"
	"minidock/internal/throttle"
)

// extensions of the files that logos are kept in.
var extensions = map[string]string{"image/png": ".png", "image/jpeg": ".jpg"}

// countLogoChange counts a change of a mini program's logo, or refuses it with RATE_LIMITED when there were too many. A change counts whatever
// becomes of it: what costs is to prepare the picture.
func (m *MiniPrograms) countLogoChange(ctx context.Context, miniProgramID string) error {
	rule := throttle.Rule{Name: "change the logo of", Most: m.Limits.LogoChanges, Within: m.Limits.LogoChangeTime}
	return m.Throttles.Count(ctx, rule, miniProgramID)
}

// keepLogo stores a picture and returns its name. Everybody who knows the name can fetch it.
func (m *MiniPrograms) keepLogo(ctx context.Context, logo picture.Picture) (string, error) {
	name, err := blob.Put(ctx, m.Blobs, extensions[logo.ContentType], logo.Bytes)
	if err != nil {
		return "", fmt.Errorf("keep a logo: %w", err)
	}
	return name, nil
}

// UsedLogos returns those of the names that are the logo of a mini program. The others are left of a change that stored a picture and was then
// refused, or were replaced.
func (m *MiniPrograms) UsedLogos(ctx context.Context, names []string) ([]string, error) {
	used, err := m.Client.MiniProgram.Query().Where(store.In(miniprogram.FieldLogoName, names)).GroupBy(miniprogram.FieldLogoName).Strings(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for logos: %w", err)
	}
	return used, nil
}
