package version

import (
	"context"
	"fmt"
	"time"

	"minidock/ent"
	"minidock/ent/version"
	"minidock/internal/access"
	"minidock/internal/fault"
)

// maxDownload is the most seconds that the address of a package is valid.
const maxDownload = 3600

// Download is a package that can be fetched until it expires: its name among the blobs, and the name that it is saved under.
type Download struct {
	Blob, Name string
	Expires    time.Time
}

// DownloadURLs returns the address of the package of each of these versions, by version, for a viewer who sees the version; of those that are not
// READY none. ExpiresIn is in seconds; it is refused as BAD_USER_INPUT unless it is from 1 to 3,600.
func (v *Versions) DownloadURLs(ctx context.Context, viewer *access.Viewer, versions []*ent.Version, expiresIn int) (map[string]string, error) {
	if expiresIn < 1 || expiresIn > maxDownload {
		return nil, fault.BadInput(fmt.Sprintf("expiresIn must be between 1 and %d; you sent %d.", maxDownload, expiresIn))
	}
	appIDs, err := v.appIDs(ctx, viewer, versions)
	if err != nil {
		return nil, err
	}
	expires := v.Now().Add(time.Duration(expiresIn) * time.Second)
	urls := map[string]string{}
	for _, row := range versions {
		if appID, ok := appIDs[row.MiniProgramID]; ok && row.Status == version.StatusREADY {
			urls[row.ID] = v.PackageURL(Download{Blob: row.Sha256 + packageExt, Name: appID + "-" + row.Number + packageExt, Expires: expires})
		}
	}
	return urls, nil
}
