package workspace

import (
	"context"
	"fmt"

	"minidock/ent"
	"minidock/ent/invitation"
	"minidock/ent/mail"
	"minidock/ent/miniprogram"
	"minidock/ent/predicate"
	"minidock/internal/access"
	"minidock/internal/event"
	"minidock/internal/fault"
	mails "minidock/internal/mail"
	"minidock/internal/moment"
	"minidock/internal/operation"
	"minidock/internal/outbox"
	"minidock/internal/page"
	"minidock/internal/store"
	tokens "minidock/internal/token"
)

// orderLatest sorts invitations by when they were created, which is the order of their ids, the latest first.
const orderLatest = "LATEST INVITATION"

// isInvited selects the invitations that are not answered, along an index of those only: a workspace may have very many others.
var isInvited = predicate.Invitation(store.Is(invitation.FieldStatus, invitation.StatusINVITED))

// open selects the invitations that can be accepted.
func (w *Workspaces) open() predicate.Invitation {
	return invitation.And(isInvited, invitation.ExpiresAtGT(w.Now()))
}

// overdue selects the invitations that have expired and are not marked as such.
func (w *Workspaces) overdue() predicate.Invitation {
	return invitation.And(isInvited, invitation.ExpiresAtLTE(w.Now()))
}

// expire marks those of a workspace's invitations that have expired, so that the same people can be invited again.
func (w *Workspaces) expire(ctx context.Context, tx *operation.Tx, workspaceID string) error {
	return tx.Invitation.Update().SetStatus(invitation.StatusEXPIRED).ClearTokenHash().
		Where(invitation.WorkspaceID(workspaceID), w.overdue()).Exec(ctx)
}

// InvitationStatus returns what has become of an invitation.
func (w *Workspaces) InvitationStatus(of *ent.Invitation) invitation.Status {
	if of.Status == invitation.StatusINVITED && !of.ExpiresAt.After(w.Now()) {
		return invitation.StatusEXPIRED
	}
	return of.Status
}

// Resend sends another mail, whose link replaces the earlier one, and makes the invitation valid for another 3 days. Owners and masters may,
// until it is accepted or withdrawn. It counts as an invitation. User errors: WRONG_STATUS, ALREADY_MEMBER,
// ALREADY_INVITED, EMAIL_NOT_CONFIRMED.
func (w *Workspaces) Resend(ctx context.Context, viewer *access.Viewer, invitationID string) (*ent.Invitation, error) {
	found, err := w.invitation(ctx, viewer, access.ResendInvitation, invitationID)
	if err != nil {
		return nil, err
	}
	var errs fault.UserErrors
	w.checkUnanswered(access.ResendInvitation, found, &errs)
	if err := w.checkStillWanted(ctx, w.Client, found, &errs); err != nil {
		return nil, err
	}
	if err := w.Accounts.CheckConfirmed(ctx, viewer, &errs); err != nil {
		return nil, err
	}
	if err := errs.Err(); err != nil {
		return nil, err
	}
	if err := w.countInvitations(ctx, viewer, found.WorkspaceID, found.Email); err != nil {
		return nil, err
	}
	return w.changeInvitation(ctx, viewer, access.ResendInvitation, invitationID, func(tx *operation.Tx, current *ent.Invitation) (*ent.Invitation, error) {
		if err := w.checkStillWanted(ctx, tx.Client(), current, &tx.Errors); err != nil {
			return nil, err
		}
		if err := tx.Errors.Err(); err != nil {
			return nil, err
		}
		if err := w.expire(ctx, tx, current.WorkspaceID); err != nil {
			return nil, err
		}
		renewed, err := tx.Invitation.UpdateOneID(current.ID).SetStatus(invitation.StatusINVITED).ClearTokenHash().
			SetExpiresAt(tx.Now.Add(w.Limits.InvitationTime)).Save(ctx)
		if err != nil {
			return nil, err
		}
		return renewed, w.Outbox.Write(ctx, tx, outbox.Entry{Kind: mails.Invitation, To: current.Email, About: current.ID})
	})
}

// checkStillWanted records that the address belongs to a member, or has another invitation that can be accepted.
func (w *Workspaces) checkStillWanted(ctx context.Context, client *ent.Client, current *ent.Invitation, errs *fault.UserErrors) error {
	members, err := membersWith(ctx, client, current.WorkspaceID, []string{current.Email})
	if err != nil {
		return err
	}
	if members[current.Email] {
		errs.Add("invitationId", fault.AlreadyMember)
	}
	other, err := client.Invitation.Query().Where(invitation.WorkspaceID(current.WorkspaceID), invitation.Email(current.Email),
		invitation.IDNEQ(current.ID), w.open()).Exist(ctx)
	if err != nil {
		return fmt.Errorf("look up invitations: %w", err)
	}
	if other {
		errs.Add("invitationId", fault.AlreadyInvited)
	}
	return nil
}

// Withdraw makes an invitation invalid. Owners and masters may, until it is accepted. User errors: WRONG_STATUS.
func (w *Workspaces) Withdraw(ctx context.Context, viewer *access.Viewer, invitationID string) (*ent.Invitation, error) {
	return w.changeInvitation(ctx, viewer, access.WithdrawInvitation, invitationID, func(tx *operation.Tx, current *ent.Invitation) (*ent.Invitation, error) {
		return tx.Invitation.UpdateOneID(current.ID).SetStatus(invitation.StatusWITHDRAWN).ClearTokenHash().Save(ctx)
	})
}

// withdraw withdraws those of a workspace's invitations that were not answered, cancels their mails, and returns them.
func withdraw(ctx context.Context, tx *operation.Tx, workspaceID string, which ...predicate.Invitation) ([]*ent.Invitation, error) {
	withdrawn, err := tx.Invitation.Query().Where(invitation.WorkspaceID(workspaceID), isInvited).
		Where(which...).Order(invitation.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read invitations: %w", err)
	}
	ids := idsOf(withdrawn, func(i *ent.Invitation) string { return i.ID })
	if err := cancelMail(ctx, tx, ids...); err != nil {
		return nil, err
	}
	for _, row := range withdrawn {
		row.Status, row.TokenHash = invitation.StatusWITHDRAWN, nil
	}
	return withdrawn, tx.Invitation.Update().SetStatus(invitation.StatusWITHDRAWN).ClearTokenHash().
		Where(store.In(invitation.FieldID, ids)).Exec(ctx)
}

func idsOf[T any](rows []T, id func(T) string) []string {
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = id(row)
	}
	return ids
}

// changeInvitation changes an unanswered invitation under lock. Its mails that were not sent are canceled.
func (w *Workspaces) changeInvitation(ctx context.Context, viewer *access.Viewer, op access.Operation, invitationID string,
	change func(tx *operation.Tx, current *ent.Invitation) (*ent.Invitation, error)) (*ent.Invitation, error) {
	return operation.Run(ctx, w.DB, viewer, op, invitationID, func(tx *operation.Tx) (*ent.Invitation, error) {
		current, err := tx.Invitation.Get(ctx, invitationID)
		if err != nil {
			return nil, err
		}
		if w.checkUnanswered(op, current, &tx.Errors); tx.Errors.Err() != nil {
			return nil, tx.Errors.Err()
		}
		if err := cancelMail(ctx, tx, current.ID); err != nil {
			return nil, err
		}
		changed, err := change(tx, current)
		if err != nil {
			return nil, err
		}
		tx.Changed(current.ID,
			event.Text("status", string(w.InvitationStatus(current)), string(changed.Status)),
			event.Text("expiresAt", moment.Text(current.ExpiresAt), moment.Text(changed.ExpiresAt)))
		return changed, nil
	})
}

func cancelMail(ctx context.Context, tx *operation.Tx, invitationIDs ...string) error {
	return outbox.Cancel(ctx, tx.Tx, mail.KindEQ(mail.KindINVITATION), store.In(mail.FieldAbout, invitationIDs))
}

// invitation returns an invitation on which the viewer may do the operation.
func (w *Workspaces) invitation(ctx context.Context, viewer *access.Viewer, op access.Operation, invitationID string) (*ent.Invitation, error) {
	if err := viewer.Require(ctx, op, invitationID); err != nil {
		return nil, err
	}
	found, err := w.InvitationsByIDs(ctx, viewer, []string{invitationID})
	return store.OneOf(found, invitationID, err)
}

// InvitationsByIDs returns the invitations with these ids that the viewer sees, by id.
func (w *Workspaces) InvitationsByIDs(ctx context.Context, viewer *access.Viewer, ids []string) (map[string]*ent.Invitation, error) {
	return access.ByIDs(ctx, viewer, func(principal *access.Principal) ([]*ent.Invitation, error) {
		return w.Client.Invitation.Query().Where(store.In(invitation.FieldID, ids), principal.Invitations()).All(ctx)
	})
}

// InvitationFilter says which invitations to list.
type InvitationFilter struct {
	// Statuses are the wanted ones; nil for any.
	Statuses []invitation.Status
}

// invitations are the invitations of workspaces.
type invitations = store.Children[predicate.Invitation]

// visibleInvitations returns the invitations of these workspaces that match the filter and are visible to the viewer: those of workspaces
// that the viewer manages.
func (w *Workspaces) visibleInvitations(ctx context.Context, viewer *access.Viewer, workspaceIDs []string, filter InvitationFilter) (invitations, error) {
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return invitations{}, err
	}
	managing, _, err := principal.Divide(ctx, workspaceIDs)
	return invitations{
		Column: invitation.FieldWorkspaceID, Parents: access.WorkspaceIDs(managing...), Filters: w.fitting(filter),
	}, err
}

// fitting selects the invitations that match the filter.
func (w *Workspaces) fitting(filter InvitationFilter) []predicate.Invitation {
	if filter.Statuses == nil {
		return nil
	}
	var either []predicate.Invitation
	for _, status := range filter.Statuses {
		switch status {
		case invitation.StatusINVITED:
			either = append(either, w.open())
		case invitation.StatusEXPIRED:
			either = append(either, w.overdue(), invitation.StatusEQ(status))
		default:
			either = append(either, invitation.StatusEQ(status))
		}
	}
	if len(either) == 0 {
		return []predicate.Invitation{invitation.IDIn()}
	}
	return []predicate.Invitation{invitation.Or(either...)}
}

// Invitations returns the same page of each workspace's invitations that the viewer sees, by workspace, the latest first.
func (w *Workspaces) Invitations(ctx context.Context, viewer *access.Viewer, workspaceIDs []string, args page.Args, filter InvitationFilter) (map[string]page.Page[*ent.Invitation], error) {
	request, err := args.Request(orderLatest)
	if err != nil {
		return nil, err
	}
	visible, err := w.visibleInvitations(ctx, viewer, workspaceIDs, filter)
	if err != nil {
		return nil, err
	}
	found, err := w.Client.Invitation.Query().Where(store.PageOf(request.ByID(invitation.FieldID, true), visible)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("list invitations: %w", err)
	}
	return page.CutEach(request, workspaceIDs, found, func(i *ent.Invitation) string { return i.WorkspaceID }, invitationPosition), nil
}

func invitationPosition(i *ent.Invitation) page.Position { return page.Position{ID: i.ID} }

// InvitationPage returns invitations with their places in the list of a workspace's invitations.
func InvitationPage(invitations ...*ent.Invitation) page.Page[*ent.Invitation] {
	return page.Of(orderLatest, invitationPosition, invitations...)
}

// CountInvitations returns how many invitations of each workspace match the filter and are visible to the viewer.
func (w *Workspaces) CountInvitations(ctx context.Context, viewer *access.Viewer, workspaceIDs []string, filter InvitationFilter) (map[string]int, error) {
	visible, err := w.visibleInvitations(ctx, viewer, workspaceIDs, filter)
	if err != nil {
		return nil, err
	}
	var counts store.Counts
	err = w.Client.Invitation.Query().Modify(store.CountOf(visible)).Scan(ctx, &counts)
	if err != nil {
		return nil, fmt.Errorf("count invitations: %w", err)
	}
	return counts.ByParent(), nil
}

// MiniProgramsInvitedTo returns the mini programs of each of these invitations, ordered by id, for a viewer who sees the invitation: an owner
// or master, who sees all mini programs.
func (w *Workspaces) MiniProgramsInvitedTo(ctx context.Context, viewer *access.Viewer, invitations []*ent.Invitation) (map[string][]*ent.MiniProgram, error) {
	ids, err := access.NamedBy(ctx, viewer, invitations, (*access.Principal).KeepInvitations, func(i *ent.Invitation) string { return i.ID })
	if err != nil {
		return nil, err
	}
	found, err := w.Client.Invitation.Query().Where(store.In(invitation.FieldID, ids)).
		WithMiniPrograms(func(q *ent.MiniProgramQuery) { q.Order(miniprogram.ByID()) }).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the mini programs of invitations: %w", err)
	}
	miniPrograms := map[string][]*ent.MiniProgram{}
	for _, row := range found {
		miniPrograms[row.ID] = row.Edges.MiniPrograms
	}
	return miniPrograms, nil
}

// Inviters returns who sent each of these invitations, by user id, for a viewer who sees the invitation.
func (w *Workspaces) Inviters(ctx context.Context, viewer *access.Viewer, invitations []*ent.Invitation) (map[string]*ent.User, error) {
	return access.WithEmails(access.UsersNamedBy(ctx, viewer, invitations, (*access.Principal).KeepInvitations, func(i *ent.Invitation) string { return i.InvitedByID }))
}

// Offer is what an invitation shows to people who have its token.
type Offer struct {
	Invitation    *ent.Invitation
	WorkspaceName string
	InviterName   string
	// MiniProgramNames are those that a developer is invited to.
	MiniProgramNames []string
	// HasAccount says that an account has the address.
	HasAccount bool
}

// Offer returns the offer of a token, or nil when the token is invalid: never sent, used, withdrawn, replaced or expired.
func (w *Workspaces) Offer(ctx context.Context, token string) (*Offer, error) {
	found, err := w.Client.Invitation.Query().Where(invitation.TokenHash(tokens.Hash(token)), w.open()).
		WithWorkspace().WithInvitedBy().WithMiniPrograms(func(q *ent.MiniProgramQuery) { q.Order(miniprogram.ByID()) }).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read an invitation: %w", err)
	}
	offer := &Offer{
		Invitation: found, WorkspaceName: found.Edges.Workspace.Name, InviterName: found.Edges.InvitedBy.DisplayName,
		MiniProgramNames: []string{},
	}
	for _, one := range found.Edges.MiniPrograms {
		offer.MiniProgramNames = append(offer.MiniProgramNames, one.Name)
	}
	holder, err := w.Accounts.At(ctx, found.Email)
	offer.HasAccount = holder != nil
	return offer, err
}
