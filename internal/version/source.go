package version

import (
	"context"
	"fmt"

	"minidock/ent"
	"minidock/ent/version"
	"minidock/internal/access"
	"minidock/internal/blob"
	"minidock/internal/bundle"
	"minidock/internal/fault"
	"minidock/internal/id"
	"minidock/internal/idempotency"
	"minidock/internal/store"
)

// packageExt is the extension of packages among the blobs.
const packageExt = ".zip"

// source is the package of an upload: the draft in which it was received, or the package of the version from.
type source struct {
	draft blob.Draft
	from  *ent.Version
	// isKept says that the package is among the blobs.
	isKept bool
	sha256 string
	size   int64
}

// readSource receives the package and records what its directory shows to be wrong, or finds the version whose package is used again.
func (u *upload) readSource(ctx context.Context) error {
	var err error
	switch {
	case u.in.Source.Package != nil:
		err = u.inspect(u.in.Source.Package)
	case u.in.Source.FromVersionID != nil:
		err = u.reuse(ctx, *u.in.Source.FromVersionID)
	}
	if err != nil {
		return err
	}
	u.request, err = u.identify(ctx)
	u.request.Check(&u.errs)
	return err
}

// inspect looks into the directory of the package, which was hashed while it was received.
func (u *upload) inspect(file *blob.File) error {
	draft := file.Draft
	u.source = source{draft: draft, sha256: draft.Hash(), size: draft.Size()}
	_, problems, err := bundle.Inspect(draft, draft.Size(), u.Limits.Package)
	if len(problems) > 0 {
		u.errs.Take(problems[0].UserError("source.package"))
	}
	return err
}

// reuse finds a READY version of the mini program that the viewer sees.
func (u *upload) reuse(ctx context.Context, versionID string) error {
	const field = "source.fromVersionId"
	if id.KindOf(versionID) != id.Version { // PostgreSQL does not take every text
		u.errs.Add(field, fault.NotFound)
		return nil
	}
	found, err := u.ByIDs(ctx, u.viewer, []string{versionID})
	if err != nil {
		return err
	}
	from := found[versionID]
	switch {
	case from == nil, from.MiniProgramID != u.in.MiniProgramID:
		u.errs.Add(field, fault.NotFound)
		return nil
	case from.Status != version.StatusREADY:
		u.errs.Add(field, fault.NotReady, "status", string(from.Status))
	}
	u.source = source{from: from, isKept: true, sha256: from.Sha256, size: int64(from.Size)}
	return nil
}

// identify returns the request of the idempotency key, if there is one. A package counts by its bytes.
func (u *upload) identify(ctx context.Context) (idempotency.Request, error) {
	if u.in.IdempotencyKey == nil {
		return idempotency.Request{}, nil
	}
	principal, err := u.viewer.Principal(ctx)
	if err != nil {
		return idempotency.Request{}, err
	}
	in := u.in
	in.Source.Package, in.IdempotencyKey = nil, nil
	return idempotency.Of(idempotency.Caller{UserID: principal.UserID, TokenID: principal.TokenID()}, string(access.UploadVersion), u.in.IdempotencyKey, struct {
		UploadInput
		PackageHash string
	}{in, u.source.sha256})
}

// keep stores the package.
func (s *source) keep(ctx context.Context) error {
	if s.isKept {
		return nil
	}
	if _, err := s.draft.Keep(ctx, packageExt); err != nil {
		return fmt.Errorf("keep a package: %w", err)
	}
	s.isKept = true
	return nil
}

// hold makes sure, in the transaction of the new version, that the package is still among the blobs: as long as a version names it, it is
// not swept. It records NOT_FOUND if the version from was deleted meanwhile.
func (s *source) hold(ctx context.Context, tx *ent.Tx, errs *fault.UserErrors) error {
	if s.from == nil {
		return nil
	}
	held, err := tx.Version.Query().Where(version.ID(s.from.ID), store.Held).IDs(ctx)
	if err == nil && len(held) == 0 {
		errs.Add("source.fromVersionId", fault.NotFound)
	}
	return err
}
