package version

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"minidock/ent"
	"minidock/ent/version"
	"minidock/internal/access"
	"minidock/internal/blob"
	"minidock/internal/fault"
	"minidock/internal/idempotency"
	"minidock/internal/operation"
	"minidock/internal/store"
	"minidock/internal/text"
	"minidock/internal/throttle"
)

// maxNotes is the most characters of notes.
const maxNotes = 2000

// UploadInput is a new version. Without a Number it gets the next one; without an IdempotencyKey a repeated request makes another version.
type UploadInput struct {
	MiniProgramID      string
	Source             SourceInput
	Number             *string
	Notes              *string
	MinimumHostVersion *string
	// ReplaceOldest deletes the oldest version that was never submitted if there are too many.
	ReplaceOldest  bool
	IdempotencyKey *string
}

// SourceInput is a package, or the version whose package is used again.
type SourceInput struct {
	Package       *blob.File
	FromVersionID *string
}

// Uploaded is a new version. MiniProgram is the one that it belongs to, DeletedID the id of the version that was deleted in its favour.
type Uploaded struct {
	Version     *ent.Version
	MiniProgram *ent.MiniProgram
	DeletedID   string
}

// maxTries is how often an upload is tried when another request with its idempotency key comes between its look-up and its transaction.
const maxTries = 3

// Upload makes a version of a package, or of an earlier version's, and has it checked. Everyone who sees the mini program may. After too many
// uploads in an hour, it is refused with RATE_LIMITED. What the package's directory shows to be wrong is a user error; what is found by
// reading its files is in the log of the version's task.
func (v *Versions) Upload(ctx context.Context, viewer *access.Viewer, in UploadInput) (Uploaded, error) {
	if err := viewer.Require(ctx, access.UploadVersion, in.MiniProgramID); err != nil {
		return Uploaded{}, err
	}
	u := upload{Versions: v, viewer: viewer, in: in}
	u.judge()
	if err := u.readSource(ctx); err != nil {
		return Uploaded{}, err
	}
	for range maxTries - 1 {
		if uploaded, err := u.try(ctx); !store.IsTaken(err) {
			return uploaded, err
		}
	}
	return u.try(ctx)
}

// upload is one upload under way.
type upload struct {
	*Versions
	viewer *access.Viewer
	in     UploadInput
	errs   fault.UserErrors
	// number is the number that was asked for; hasNumber says whether one was.
	number    number
	hasNumber bool
	notes     *string
	source    source
	request   idempotency.Request
	// isCounted says that the upload has been counted.
	isCounted bool
}

// judge records every user error that the input alone shows, but for those of its source.
func (u *upload) judge() {
	if raw := u.in.Number; raw != nil {
		trimmed := strings.TrimSpace(*raw)
		n, ok := parseNumber(trimmed)
		switch {
		case trimmed == "":
			u.errs.Add("number", fault.Blank)
		case !ok:
			u.errs.Add("number", fault.InvalidFormat, "value", trimmed, "format", "1.0.0")
		}
		u.number, u.hasNumber = n, ok
	}
	if raw := u.in.Notes; raw != nil {
		u.judgeNotes(text.Clean(strings.ReplaceAll(*raw, "\t", " "))) // logs of changes, which notes often are, have tabs
	}
	if raw := u.in.MinimumHostVersion; raw != nil {
		trimmed := strings.TrimSpace(*raw)
		switch {
		case trimmed == "":
			u.errs.Add("minimumHostVersion", fault.Blank)
		case !hostForm.MatchString(trimmed):
			u.errs.Add("minimumHostVersion", fault.InvalidFormat, "value", trimmed, "format", "10.2.3")
		}
		u.in.MinimumHostVersion = &trimmed
	}
}

// judgeNotes judges notes; blank ones are none.
func (u *upload) judgeNotes(notes string) {
	found, illegal := text.Illegal(notes, true)
	switch n := utf8.RuneCountInString(notes); {
	case n == 0:
		return
	case illegal:
		u.errs.Add("notes", fault.InvalidCharacter, "character", found)
	case n > maxNotes:
		u.errs.Add("notes", fault.TooLong, "weight", n, "min", 0, "max", maxNotes)
	}
	u.notes = &notes
}

// try returns the first success of the request, refuses, or makes the version. store.IsTaken holds for its error when another request with the
// same key came between its look-up and its transaction.
func (u *upload) try(ctx context.Context) (Uploaded, error) {
	errs := u.errs.Clone()
	first, err := u.request.Find(ctx, u.Client, u.Now(), &errs)
	if err != nil {
		return Uploaded{}, err
	}
	if first != "" {
		return u.again(ctx, first)
	}
	if err := u.lookUp(ctx, &errs); err != nil {
		return Uploaded{}, err
	}
	if err := errs.Err(); err != nil {
		return Uploaded{}, err
	}
	if !u.isCounted {
		if err := u.count(ctx); err != nil {
			return Uploaded{}, err
		}
		u.isCounted = true
	}
	if err := u.source.keep(ctx); err != nil {
		return Uploaded{}, err
	}
	return operation.Run(ctx, u.DB, u.viewer, access.UploadVersion, u.in.MiniProgramID, func(tx *operation.Tx) (Uploaded, error) {
		return u.insert(ctx, tx)
	})
}

// again returns what the first success of the request gave, as it is now; nothing of a version that was deleted since.
func (u *upload) again(ctx context.Context, versionID string) (Uploaded, error) {
	versions, err := u.ByIDs(ctx, u.viewer, []string{versionID})
	if err != nil {
		return Uploaded{}, err
	}
	miniProgram, err := u.miniProgram(ctx, u.viewer, u.in.MiniProgramID)
	return Uploaded{Version: versions[versionID], MiniProgram: miniProgram}, err
}

// count counts an upload, or refuses it with RATE_LIMITED when there were too many in the workspace.
func (u *upload) count(ctx context.Context) error {
	place, err := u.viewer.Locate(ctx, access.Matrix[access.UploadVersion].At, u.in.MiniProgramID)
	if err != nil {
		return err
	}
	rule := throttle.Rule{Name: "upload a version in", Most: u.Limits.VersionUploads, Within: uploadsWithin}
	return u.Throttles.Count(ctx, rule, place.WorkspaceID)
}

// lookUp records the user errors that only the database shows, as far as no other request decides them meanwhile.
func (u *upload) lookUp(ctx context.Context, errs *fault.UserErrors) error {
	miniProgram, err := u.miniProgram(ctx, u.viewer, u.in.MiniProgramID)
	if err != nil {
		return err
	}
	if _, err := u.choose(ctx, u.Client, miniProgram, errs); err != nil {
		return err
	}
	_, err = u.takeQuota(ctx, u.Client, errs)
	return err
}

// choose returns the number of the version, or records that the one which was asked for is not higher than all before.
func (u *upload) choose(ctx context.Context, client *ent.Client, miniProgram *ent.MiniProgram, errs *fault.UserErrors) (number, error) {
	if miniProgram.HighestVersion == nil {
		if u.hasNumber {
			return u.number, nil
		}
		return firstNumber, nil
	}
	highest := number(*miniProgram.HighestVersion)
	switch {
	case u.in.Number == nil && highest < lastNumber:
		return highest.next(), nil
	case u.in.Number == nil:
		errs.Add("number", fault.VersionTooLow, "value", highest.String(), "highest", highest.String(), fault.Variant("last"))
		return 0, nil
	case errs.Has("number"), u.number > highest:
		return u.number, nil
	}
	exists, err := client.Version.Query().Where(version.MiniProgramID(miniProgram.ID), version.NumberKey(int64(u.number))).Exist(ctx)
	if err != nil {
		return 0, fmt.Errorf("look up a number: %w", err)
	}
	code := fault.VersionTooLow
	if exists || u.number == highest {
		code = fault.VersionExists
	}
	errs.Add("number", code, "value", u.number.String(), "highest", highest.String())
	return 0, nil
}
