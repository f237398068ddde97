package workspace

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"minidock/ent"
	"minidock/ent/invitation"
	"minidock/ent/mail"
	"minidock/ent/miniprogram"
	"minidock/ent/predicate"
	"minidock/internal/access"
	"minidock/internal/account"
	"minidock/internal/audit"
	"minidock/internal/fault"
	mails "minidock/internal/mail"
	"minidock/internal/outbox"
	"minidock/internal/page"
	"minidock/internal/store"
)

// orderLatest sorts invitations by when they were made, which is the order of their ids, the latest first.
const orderLatest = "LATEST INVITATION"

// unanswered are the statuses of invitations that can be sent again or withdrawn.
var unanswered = []invitation.Status{invitation.StatusINVITED, invitation.StatusEXPIRED}

// open is what holds for invitations that can be accepted.
func (w *Workspaces) open() predicate.Invitation {
	return invitation.And(invitation.StatusEQ(invitation.StatusINVITED), invitation.ExpiresAtGT(w.Now()))
}

// overdue is what holds for invitations that have expired and are not noted so.
func (w *Workspaces) overdue() predicate.Invitation {
	return invitation.And(invitation.StatusEQ(invitation.StatusINVITED), invitation.ExpiresAtLTE(w.Now()))
}

// expire notes which of a workspace's invitations have expired, so that the same people can be invited again.
func (w *Workspaces) expire(ctx context.Context, tx *ent.Tx, workspaceID string) error {
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

// Resend has another mail sent whose link takes the place of the one before, and lets the invitation last anew. Owners and masters
// may, until it is accepted or withdrawn. It counts as an invitation.
func (w *Workspaces) Resend(ctx context.Context, actor access.Actor, invitationID string) (*ent.Invitation, *fault.List, error) {
	found, err := w.invitation(ctx, actor, invitationID)
	if err != nil {
		return nil, nil, err
	}
	wrong := fault.NewList("invitationId")
	w.checkUnanswered(found, wrong)
	if err := w.checkStillWanted(ctx, w.Client, found, wrong); err != nil {
		return nil, nil, err
	}
	if !wrong.Empty() {
		return nil, wrong, nil
	}
	if err := w.countInvitations(ctx, found.WorkspaceID, found.Email); err != nil {
		return nil, nil, err
	}
	return w.changeInvitation(ctx, actor, access.ResendInvitation, found, wrong, func(tx *ent.Tx, current *ent.Invitation) (*ent.Invitation, error) {
		if err := w.checkStillWanted(ctx, tx.Client(), current, wrong); err != nil {
			return nil, err
		}
		if !wrong.Empty() {
			return nil, errRefused
		}
		if err := w.expire(ctx, tx, current.WorkspaceID); err != nil {
			return nil, err
		}
		renewed, err := tx.Invitation.UpdateOneID(current.ID).SetStatus(invitation.StatusINVITED).ClearTokenHash().
			SetExpiresAt(w.Now().Add(w.Limits.InvitationTime)).Save(ctx)
		if err != nil {
			return nil, err
		}
		entry := outbox.Entry{Kind: mails.Invitation, To: current.Email, About: current.ID}
		return renewed, outbox.Write(ctx, tx, entry, w.Now())
	})
}

// checkStillWanted records that the address has become a member's, or that it has another invitation that can be accepted.
func (w *Workspaces) checkStillWanted(ctx context.Context, client *ent.Client, current *ent.Invitation, wrong *fault.List) error {
	members, err := membersWith(ctx, client, current.WorkspaceID, []string{current.Email})
	if err != nil {
		return err
	}
	if members[current.Email] {
		wrong.Add("invitationId", fault.AlreadyMember)
	}
	other, err := client.Invitation.Query().Where(invitation.WorkspaceID(current.WorkspaceID), invitation.Email(current.Email),
		invitation.IDNEQ(current.ID), w.open()).Exist(ctx)
	if err != nil {
		return fmt.Errorf("look up invitations: %w", err)
	}
	if other {
		wrong.Add("invitationId", fault.AlreadyInvited)
	}
	return nil
}

// Withdraw makes an invitation good for nothing. Owners and masters may, until it is accepted.
func (w *Workspaces) Withdraw(ctx context.Context, actor access.Actor, invitationID string) (*ent.Invitation, *fault.List, error) {
	found, err := w.invitation(ctx, actor, invitationID)
	if err != nil {
		return nil, nil, err
	}
	wrong := fault.NewList("invitationId")
	return w.changeInvitation(ctx, actor, access.WithdrawInvitation, found, wrong, func(tx *ent.Tx, current *ent.Invitation) (*ent.Invitation, error) {
		return tx.Invitation.UpdateOneID(current.ID).SetStatus(invitation.StatusWITHDRAWN).ClearTokenHash().Save(ctx)
	})
}

// withdraw makes those of a workspace's invitations good for nothing that were not answered, takes back their mails, and returns
// their ids.
func withdraw(ctx context.Context, tx *ent.Tx, workspaceID string, which ...predicate.Invitation) ([]string, error) {
	ids, err := tx.Invitation.Query().Where(invitation.WorkspaceID(workspaceID), invitation.StatusEQ(invitation.StatusINVITED)).
		Where(which...).Order(invitation.ByID()).IDs(ctx)
	if err != nil {
		return nil, fmt.Errorf("read invitations: %w", err)
	}
	if err := takeMailBack(ctx, tx, ids...); err != nil {
		return nil, err
	}
	err = tx.Invitation.Update().SetStatus(invitation.StatusWITHDRAWN).ClearTokenHash().
		Where(store.In(invitation.FieldID, ids)).Exec(ctx)
	return ids, err
}

// changeInvitation changes one that is unanswered, in one transaction, in which nobody accepts it. Mails of it that were not sent are
// taken back.
func (w *Workspaces) changeInvitation(ctx context.Context, actor access.Actor, operation access.Operation, found *ent.Invitation, wrong *fault.List,
	do func(tx *ent.Tx, current *ent.Invitation) (*ent.Invitation, error)) (*ent.Invitation, *fault.List, error) {
	var changed *ent.Invitation
	err := store.Tx(ctx, w.Client, func(tx *ent.Tx) error {
		if _, err := hold(ctx, tx, found.WorkspaceID); err != nil {
			return err
		}
		if _, err := access.Require(ctx, tx, actor, operation, found.ID); err != nil {
			return err
		}
		current, err := tx.Invitation.Get(ctx, found.ID)
		if err != nil {
			return err
		}
		if w.checkUnanswered(current, wrong); !wrong.Empty() {
			return errRefused
		}
		if err := takeMailBack(ctx, tx, current.ID); err != nil {
			return err
		}
		if changed, err = do(tx, current); err != nil {
			return err
		}
		return w.note(ctx, tx, actor, operation, current.WorkspaceID, current.ID,
			audit.Change{Field: "status", Before: string(w.InvitationStatus(current)), After: string(changed.Status)},
			audit.Change{Field: "expiresAt", Before: timeText(current.ExpiresAt), After: timeText(changed.ExpiresAt)})
	})
	if errors.Is(err, errRefused) {
		return nil, wrong, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", operation, err)
	}
	w.Outbox.Wake()
	return changed.Unwrap(), wrong, nil
}

func timeText(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

func takeMailBack(ctx context.Context, tx *ent.Tx, invitationIDs ...string) error {
	return outbox.Cancel(ctx, tx, mail.KindEQ(mail.KindINVITATION), store.In(mail.FieldAbout, invitationIDs))
}

// checkUnanswered records that an invitation was accepted or withdrawn.
func (w *Workspaces) checkUnanswered(of *ent.Invitation, wrong *fault.List) {
	if status := w.InvitationStatus(of); !slices.Contains(unanswered, status) {
		wrong.Add("invitationId", fault.WrongStatus, "status", status, "allowed", names(unanswered))
	}
}

// invitation returns one that the actor may see, or NOT_FOUND.
func (w *Workspaces) invitation(ctx context.Context, actor access.Actor, invitationID string) (*ent.Invitation, error) {
	found, err := w.InvitationsByIDs(ctx, actor, []string{invitationID})
	if err != nil {
		return nil, err
	}
	if found[invitationID] == nil {
		return nil, fault.ErrNotFound
	}
	return found[invitationID], nil
}

// InvitationsByIDs returns those of the invitations that the actor may see, by id.
func (w *Workspaces) InvitationsByIDs(ctx context.Context, actor access.Actor, ids []string) (map[string]*ent.Invitation, error) {
	found, err := w.Client.Invitation.Query().Where(store.In(invitation.FieldID, ids), access.Invitations(actor)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read invitations: %w", err)
	}
	invitations := make(map[string]*ent.Invitation, len(found))
	for _, row := range found {
		invitations[row.ID] = row
	}
	return invitations, nil
}

// InvitationFilter says which invitations to list.
type InvitationFilter struct {
	// Status lists what is wanted; nil for any.
	Status []invitation.Status
}

func (w *Workspaces) fitting(filter InvitationFilter, actor access.Actor) []predicate.Invitation {
	predicates := []predicate.Invitation{access.Invitations(actor)}
	if filter.Status == nil {
		return predicates
	}
	var either []predicate.Invitation
	for _, status := range filter.Status {
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
		return append(predicates, invitation.IDIn())
	}
	return append(predicates, invitation.Or(either...))
}

// Invitations returns the same page of each workspace's invitations that the actor may see, by workspace, the latest first.
func (w *Workspaces) Invitations(ctx context.Context, actor access.Actor, workspaceIDs []string, args page.Args, filter InvitationFilter) (map[string]page.Page[*ent.Invitation], error) {
	request, err := args.Request(orderLatest)
	if err != nil {
		return nil, err
	}
	found, err := w.Client.Invitation.Query().Where(store.OfEach(request.ByID(invitation.FieldID, true),
		invitation.FieldWorkspaceID, workspaceIDs, w.fitting(filter, actor)...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("list invitations: %w", err)
	}
	return page.CutEach(request, workspaceIDs, found,
		func(i *ent.Invitation) string { return i.WorkspaceID },
		func(i *ent.Invitation) page.Position { return page.Position{ID: i.ID} },
	), nil
}

// CountInvitations returns how many invitations of each workspace fit the filter and may be seen by the actor.
func (w *Workspaces) CountInvitations(ctx context.Context, actor access.Actor, workspaceIDs []string, filter InvitationFilter) (map[string]int, error) {
	var counts page.Counts
	err := w.Client.Invitation.Query().Where(store.In(invitation.FieldWorkspaceID, workspaceIDs)).
		Where(w.fitting(filter, actor)...).
		GroupBy(invitation.FieldWorkspaceID).Aggregate(ent.Count()).Scan(ctx, &counts)
	if err != nil {
		return nil, fmt.Errorf("count invitations: %w", err)
	}
	return counts.ByWorkspace(), nil
}

// MiniProgramsInvitedTo returns the mini programs that each invitation is to, as far as the actor may see them, in the order of
// their ids.
func (w *Workspaces) MiniProgramsInvitedTo(ctx context.Context, actor access.Actor, invitationIDs []string) (map[string][]*ent.MiniProgram, error) {
	found, err := w.Client.Invitation.Query().Where(store.In(invitation.FieldID, invitationIDs), access.Invitations(actor)).
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

// Offer is what an invitation says to whoever holds its token.
type Offer struct {
	Invitation    *ent.Invitation
	WorkspaceName string
	InviterName   string
	// MiniProgramNames are those that a developer is invited to.
	MiniProgramNames []string
	// HasAccount tells that an account has the address already.
	HasAccount bool
}

// Offer returns what a token invites to, or nil when it is good for nothing: never sent, used, withdrawn, replaced or too old.
func (w *Workspaces) Offer(ctx context.Context, token string) (*Offer, error) {
	found, err := w.Client.Invitation.Query().Where(invitation.TokenHash(account.HashToken(token)), w.open()).
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
