package version

import (
	"context"
	"fmt"

	"minidock/ent"
	"minidock/ent/miniprogram"
	"minidock/ent/version"
	"minidock/internal/event"
	"minidock/internal/fault"
	"minidock/internal/id"
	"minidock/internal/operation"
	"minidock/internal/store"
)

// insert writes the version, its task and the job that checks it. The mini program is locked: nobody else changes its versions.
func (u *upload) insert(ctx context.Context, tx *operation.Tx) (Uploaded, error) {
	versionID := id.New(id.Version)
	if err := u.request.Remember(ctx, tx.Tx, tx.Now, versionID); err != nil {
		return Uploaded{}, err
	}
	miniProgram, err := hold(ctx, tx.Tx, u.in.MiniProgramID)
	if err != nil {
		return Uploaded{}, err
	}
	if err := u.source.hold(ctx, tx.Tx, &tx.Errors); err != nil {
		return Uploaded{}, err
	}
	chosen, err := u.choose(ctx, tx.Client(), miniProgram, &tx.Errors)
	if err != nil {
		return Uploaded{}, err
	}
	replaced, err := u.takeQuota(ctx, tx.Client(), &tx.Errors)
	if err != nil {
		return Uploaded{}, err
	}
	if err := tx.Errors.Err(); err != nil {
		return Uploaded{}, err
	}
	uploaded := Uploaded{}
	tx.Changed(versionID, event.Text("number", "", chosen.String()), event.Text("miniProgram", "", miniProgram.ID))
	if replaced != nil {
		if err := u.remove(ctx, tx, replaced); err != nil {
			return Uploaded{}, err
		}
		uploaded.DeletedID = replaced.ID
	}
	if uploaded.Version, err = u.write(ctx, tx, miniProgram, versionID, chosen); err != nil {
		return Uploaded{}, err
	}
	if err := tx.MiniProgram.UpdateOne(miniProgram).SetHighestVersion(int64(chosen)).Exec(ctx); err != nil {
		return Uploaded{}, err
	}
	uploaded.MiniProgram, err = settle(ctx, tx.Tx, miniProgram.ID)
	return uploaded, err
}

// write writes the rows of the version.
func (u *upload) write(ctx context.Context, tx *operation.Tx, miniProgram *ent.MiniProgram, versionID string, chosen number) (*ent.Version, error) {
	create := tx.Version.Create()
	if token := tx.Principal.Token; token != nil {
		create.SetUploadedWithID(token.ID)
	}
	created, err := create.SetID(versionID).SetMiniProgramID(miniProgram.ID).SetWorkspaceID(miniProgram.WorkspaceID).
		SetNumber(chosen.String()).SetNumberKey(int64(chosen)).SetNillableNotes(u.notes).SetNillableMinimumHostVersion(u.in.MinimumHostVersion).
		SetSha256(u.source.sha256).SetSize(int(u.source.size)).SetUploadedByID(tx.Principal.UserID).SetCreatedAt(tx.Now).Save(ctx)
	if err != nil {
		return nil, err
	}
	err = tx.Task.Create().SetID(id.New(id.Task)).SetVersionID(versionID).SetWorkspaceID(miniProgram.WorkspaceID).SetMiniProgramID(miniProgram.ID).
		SetCreatedAt(tx.Now).Exec(ctx)
	if err != nil {
		return nil, err
	}
	return created, u.Jobs.Write(ctx, tx.Tx, checks.Name, versionID, tx.Now)
}

// hold locks a mini program, whose versions nobody else changes then. NOT_FOUND if there is none.
func hold(ctx context.Context, tx *ent.Tx, miniProgramID string) (*ent.MiniProgram, error) {
	return store.One(tx.MiniProgram.Query().Where(miniprogram.ID(miniProgramID), store.Held).Only(ctx))
}

// unsubmitted are the versions of a mini program that count to its quota.
func unsubmitted(miniProgramID string) []predicate {
	return []predicate{version.MiniProgramID(miniProgramID), version.StatusIn(version.StatusCHECKING, version.StatusREADY)}
}

// takeQuota records QUOTA_EXCEEDED if the mini program has as many versions as it can have that were not submitted; or it returns the oldest of
// them if that is to be replaced.
func (u *upload) takeQuota(ctx context.Context, client *ent.Client, errs *fault.UserErrors) (replaced *ent.Version, err error) {
	used, err := client.Version.Query().Where(unsubmitted(u.in.MiniProgramID)...).Count(ctx)
	switch most := u.Limits.Versions; {
	case err != nil:
		return nil, fmt.Errorf("count versions: %w", err)
	case used < most:
		return nil, nil
	case !u.in.ReplaceOldest:
		errs.Add("", fault.QuotaExceeded, "used", used, "limit", most, fault.Variant("versions"))
		return nil, nil
	}
	replaced, err = client.Version.Query().Where(unsubmitted(u.in.MiniProgramID)...).Order(version.ByNumberKey()).First(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for the oldest version: %w", err)
	}
	return replaced, nil
}
