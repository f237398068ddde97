package workspace

import (
	"context"
	"fmt"

	"minidock/ent"
	"minidock/ent/invitation"
	"minidock/ent/member"
	"minidock/ent/user"
	"minidock/internal/access"
	"minidock/internal/email"
	"minidock/internal/event"
	"minidock/internal/fault"
	"minidock/internal/id"
	"minidock/internal/mail"
	"minidock/internal/operation"
	"minidock/internal/outbox"
	"minidock/internal/siblings"
	"minidock/internal/store"
	"minidock/internal/throttle"
)

// maxInvitations is how many people can be invited at once. Source: the members page of the Alipay+ Mini Program Platform.
const maxInvitations = 10

// InviteMembersInput invites people to a workspace.
type InviteMembersInput struct {
	WorkspaceID string
	Invitations []*InvitationInput
}

// InvitationInput is a person to invite. A developer is assigned to at least one mini program; a master sees all and needs none.
type InvitationInput struct {
	Name, Email    string
	Role           member.Role
	MiniProgramIDs []string
}

// countInvitations counts mails to people against their addresses, the workspace, the inviter and the network address. Nothing is counted
// when one of them is refused.
func (w *Workspaces) countInvitations(ctx context.Context, viewer *access.Viewer, workspaceID string, addresses ...string) error {
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return err
	}
	senders := []struct {
		rule throttle.Rule
		key  string
	}{
		{throttle.Rule{Name: "invite to", Most: w.Limits.Invitations, Within: w.Limits.InvitationLimitTime}, workspaceID},
		{throttle.Rule{Name: "invite by", Most: w.Limits.InviterInvitations, Within: w.Limits.InvitationLimitTime}, principal.UserID},
		{throttle.Rule{Name: "invite from", Most: w.Limits.AddressInvitations, Within: w.Limits.InvitationLimitTime}, viewer.From.Network()},
	}
	receiver := throttle.Rule{Name: "invitation to", Most: w.Limits.MailRequests, Within: w.Limits.MailRequestTime}
	for _, address := range addresses {
		if err := w.Throttles.Check(ctx, receiver, address); err != nil {
			return err
		}
	}
	for _, sender := range senders {
		if err := w.Throttles.CheckTimes(ctx, sender.rule, sender.key, len(addresses)); err != nil {
			return err
		}
	}
	for _, sender := range senders {
		if err := w.Throttles.CountTimes(ctx, sender.rule, sender.key, len(addresses)); err != nil {
			return err
		}
	}
	for _, address := range addresses {
		if err := w.Throttles.Count(ctx, receiver, address); err != nil {
			return err
		}
	}
	return nil
}

// Invite sends a mail with a link to each of these people, or to none if there are user errors. Owners and masters may. After too many in a
// day, or to the same address, it is refused with RATE_LIMITED. User errors: BLANK, TOO_LONG, INVALID_CHARACTER,
// INVALID_FORMAT, NOT_FOUND, UNSUPPORTED, TOO_MANY, DUPLICATE, ALREADY_MEMBER, ALREADY_INVITED,
// EMAIL_NOT_CONFIRMED.
func (w *Workspaces) Invite(ctx context.Context, viewer *access.Viewer, in InviteMembersInput) ([]*ent.Invitation, error) {
	if err := viewer.Require(ctx, access.InviteMembers, in.WorkspaceID); err != nil {
		return nil, err
	}
	var errs fault.UserErrors
	people := judgeInvitations(in, &errs)
	if err := w.lookUpInvitees(ctx, w.Client, in.WorkspaceID, people, &errs); err != nil {
		return nil, err
	}
	if err := w.Accounts.CheckConfirmed(ctx, viewer, &errs); err != nil {
		return nil, err
	}
	if err := errs.Err(); err != nil {
		return nil, err
	}
	if err := w.countInvitations(ctx, viewer, in.WorkspaceID, addressesOf(people)...); err != nil {
		return nil, err
	}
	created, err := operation.Run(ctx, w.DB, viewer, access.InviteMembers, in.WorkspaceID, func(tx *operation.Tx) ([]*ent.Invitation, error) {
		return w.invite(ctx, tx, people)
	})
	together := siblings.Of(created)
	for _, row := range created {
		row.Siblings = together
	}
	return created, err
}

func addressesOf(people []InvitationInput) []string {
	addresses := make([]string, len(people))
	for i, one := range people {
		addresses[i] = one.Email
	}
	return addresses
}

// judgeInvitations cleans every field and records every user error that the input alone shows.
func judgeInvitations(in InviteMembersInput, errs *fault.UserErrors) []InvitationInput {
	switch n := len(in.Invitations); {
	case n == 0:
		errs.Add("invitations", fault.Blank)
	case n > maxInvitations:
		errs.Add("invitations", fault.TooMany, "count", n, "max", maxInvitations)
		return nil
	}
	people, seen := []InvitationInput{}, map[string]bool{}
	for i, raw := range in.Invitations {
		one := judgeInvitee(i, raw, errs)
		if at := fault.Path("invitations", i, "email"); one.Email != "" && seen[one.Email] {
			errs.Add(at, fault.Duplicate)
		}
		seen[one.Email] = true
		people = append(people, one)
	}
	return people
}

func judgeInvitee(i int, raw *InvitationInput, errs *fault.UserErrors) InvitationInput {
	at := func(name string) string { return fault.Path("invitations", i, name) }
	one := InvitationInput{
		Name: cleanName(at("name"), raw.Name, errs), Email: email.Clean(at("email"), raw.Email, errs), Role: raw.Role,
	}
	checkRole(at("role"), raw.Role, errs)
	if raw.Role != member.RoleDEVELOPER {
		return one
	}
	if one.MiniProgramIDs = id.Distinct(raw.MiniProgramIDs); len(one.MiniProgramIDs) == 0 {
		errs.Add(at("miniProgramIds"), fault.Blank)
	}
	return one
}

// lookUpInvitees records the user errors that only the database shows.
func (w *Workspaces) lookUpInvitees(ctx context.Context, client *ent.Client, workspaceID string, people []InvitationInput, errs *fault.UserErrors) error {
	var miniProgramIDs []string
	for _, one := range people {
		miniProgramIDs = append(miniProgramIDs, one.MiniProgramIDs...)
	}
	addresses := addressesOf(people)
	known, err := miniProgramsIn(ctx, client, workspaceID, miniProgramIDs)
	if err != nil {
		return err
	}
	members, err := membersWith(ctx, client, workspaceID, addresses)
	if err != nil {
		return err
	}
	invited, err := w.invitedWith(ctx, client, workspaceID, addresses)
	if err != nil {
		return err
	}
	for i, one := range people {
		switch {
		case members[one.Email]:
			errs.Add(fault.Path("invitations", i, "email"), fault.AlreadyMember)
		case invited[one.Email]:
			errs.Add(fault.Path("invitations", i, "email"), fault.AlreadyInvited)
		}
		if missing := len(without(one.MiniProgramIDs, known)); missing > 0 {
			errs.Add(fault.Path("invitations", i, "miniProgramIds"), fault.NotFound, "count", missing)
		}
	}
	return nil
}

// membersWith returns which of the addresses belong to members.
func membersWith(ctx context.Context, client *ent.Client, workspaceID string, addresses []string) (map[string]bool, error) {
	found, err := client.User.Query().Where(store.In(user.FieldEmail, addresses),
		user.HasMembershipsWith(member.WorkspaceID(workspaceID), member.StatusIn(notRemoved...))).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("look up members: %w", err)
	}
	members := map[string]bool{}
	for _, one := range found {
		members[one.Email] = true
	}
	return members, nil
}

// invitedWith returns which of the addresses have an invitation that can be accepted.
func (w *Workspaces) invitedWith(ctx context.Context, client *ent.Client, workspaceID string, addresses []string) (map[string]bool, error) {
	found, err := client.Invitation.Query().Where(store.In(invitation.FieldEmail, addresses),
		invitation.WorkspaceID(workspaceID), w.open()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("look up invitations: %w", err)
	}
	invited := map[string]bool{}
	for _, one := range found {
		invited[one.Email] = true
	}
	return invited, nil
}

// invite writes the invitations and their mails under the workspace's lock, so that its look-ups decide.
func (w *Workspaces) invite(ctx context.Context, tx *operation.Tx, people []InvitationInput) ([]*ent.Invitation, error) {
	if err := w.lookUpInvitees(ctx, tx.Client(), tx.At.ID, people, &tx.Errors); err != nil {
		return nil, err
	}
	if err := tx.Errors.Err(); err != nil {
		return nil, err
	}
	if err := w.expire(ctx, tx, tx.At.ID); err != nil {
		return nil, err
	}
	var created []*ent.Invitation
	for _, one := range people {
		row, err := w.inviteOne(ctx, tx, one)
		if err != nil {
			return nil, err
		}
		created = append(created, row)
	}
	return created, nil
}

func (w *Workspaces) inviteOne(ctx context.Context, tx *operation.Tx, one InvitationInput) (*ent.Invitation, error) {
	created, err := tx.Invitation.Create().SetID(id.New(id.Invitation)).SetWorkspaceID(tx.At.ID).SetEmail(one.Email).
		SetName(one.Name).SetRole(invitation.Role(one.Role)).SetInvitedByID(tx.Principal.UserID).SetCreatedAt(tx.Now).
		SetExpiresAt(tx.Now.Add(w.Limits.InvitationTime)).AddMiniProgramIDs(one.MiniProgramIDs...).Save(ctx)
	if err != nil {
		return nil, err
	}
	tx.Changed(created.ID,
		event.Text("email", "", one.Email), event.Text("name", "", one.Name), event.Text("role", "", string(one.Role)),
		event.List("miniPrograms", nil, one.MiniProgramIDs))
	return created, w.Outbox.Write(ctx, tx, outbox.Entry{Kind: mail.Invitation, To: one.Email, About: created.ID})
}
