package workspace

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"minidock/ent"
	"minidock/ent/invitation"
	"minidock/ent/member"
	"minidock/ent/predicate"
	"minidock/ent/user"
	"minidock/internal/access"
	"minidock/internal/account"
	"minidock/internal/audit"
	"minidock/internal/fault"
	"minidock/internal/id"
	"minidock/internal/store"
)

// acceptInvitation is the operation that takes a place.
const acceptInvitation access.Operation = "acceptInvitation"

// AcceptInput takes the place that an invitation offers. Password and DisplayName are for the account that is made when nobody is
// signed in.
type AcceptInput struct {
	Token                 string
	Password, DisplayName *string
}

// Accepted is what became of it. SignedUp is the account that was made, which is to be signed in.
type Accepted struct {
	Member   *ent.Member
	SignedUp *ent.User
	Wrong    *fault.List
}

// Accept makes the actor a member of the workspace that the token invites to, if it was sent to the address of the actor's
// account. An actor who is signed out gets a new account with that address. Of several at once with the same token one succeeds.
func (w *Workspaces) Accept(ctx context.Context, actor access.Actor, in AcceptInput) (Accepted, error) {
	outcome := Accepted{Wrong: fault.NewList("token", "password", "displayName", "")}
	found, err := w.lookUpToken(ctx, in.Token, outcome.Wrong)
	if err != nil {
		return Accepted{}, err
	}
	draft, err := w.judgeAccount(ctx, actor, in, found, outcome.Wrong)
	if err != nil {
		return Accepted{}, err
	}
	if !outcome.Wrong.Empty() {
		return outcome, nil
	}
	if draft != nil {
		if err := w.Accounts.Ready(ctx, actor, draft); err != nil {
			return Accepted{}, err
		}
	}
	err = store.Tx(ctx, w.Client, func(tx *ent.Tx) error { return w.join(ctx, tx, actor, found, draft, &outcome) })
	switch {
	case errors.Is(err, errRefused):
		return Accepted{Wrong: outcome.Wrong}, nil
	case draft != nil && store.IsTaken(err): // somebody has made an account with this address meanwhile
		outcome.Wrong.Add("", fault.SignInRequired)
		return Accepted{Wrong: outcome.Wrong}, nil
	case err != nil:
		return Accepted{}, fmt.Errorf("accept an invitation: %w", err)
	}
	outcome.Member = outcome.Member.Unwrap()
	return outcome, nil
}

// lookUpToken returns the invitation that a token accepts, or nil after recording that it is good for nothing.
func (w *Workspaces) lookUpToken(ctx context.Context, token string, wrong *fault.List) (*ent.Invitation, error) {
	if token == "" {
		wrong.Add("token", fault.Blank)
		return nil, nil
	}
	found, err := w.Client.Invitation.Query().Where(invitation.TokenHash(account.HashToken(token)), w.open()).WithMiniPrograms().Only(ctx)
	switch {
	case ent.IsNotFound(err):
		wrong.Add("token", fault.InvalidToken)
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("look up an invitation: %w", err)
	}
	return found, nil
}

// judgeAccount records why the actor cannot use the invitation, and returns the account to make for an actor who is signed out.
// While the invitation is not known, what was filled in for an account is judged all the same.
func (w *Workspaces) judgeAccount(ctx context.Context, actor access.Actor, in AcceptInput, found *ent.Invitation, wrong *fault.List) (*account.Draft, error) {
	switch {
	case actor.SignedIn() && found == nil:
		return nil, nil
	case actor.SignedIn():
		return nil, checkAddress(ctx, w.Client, actor, found, wrong)
	case found == nil && in.Password == nil && in.DisplayName == nil:
		return nil, nil
	case found != nil:
		holder, err := w.Accounts.At(ctx, found.Email)
		if holder != nil {
			wrong.Add("", fault.SignInRequired)
		}
		if holder != nil || err != nil {
			return nil, err
		}
	}
	draft := account.NewDraft(deref(in.Password), deref(in.DisplayName), wrong)
	return &draft, nil
}

// checkAddress records that an invitation is for another address than that of the actor's account.
func checkAddress(ctx context.Context, client *ent.Client, actor access.Actor, found *ent.Invitation, wrong *fault.List, how ...predicate.User) error {
	self, err := client.User.Query().Where(user.ID(actor.UserID)).Where(how...).Only(ctx)
	if err != nil {
		return fmt.Errorf("read the own account: %w", err)
	}
	if self.Email != found.Email {
		wrong.Add("token", fault.OtherAccount)
	}
	return nil
}

// join uses the invitation up and takes the place. Nobody else changes the workspace's members and invitations meanwhile.
func (w *Workspaces) join(ctx context.Context, tx *ent.Tx, actor access.Actor, found *ent.Invitation, draft *account.Draft, outcome *Accepted) error {
	if err := w.spend(ctx, tx, found, outcome.Wrong); err != nil {
		return err
	}
	if draft != nil {
		made, err := w.Accounts.Create(ctx, tx, actor, found.Email, *draft)
		if err != nil {
			return err
		}
		outcome.SignedUp = made.Unwrap()
		actor = actor.As(made.ID)
	} else if err := checkAddress(ctx, tx.Client(), actor, found, outcome.Wrong, store.Held); err != nil {
		return err
	}
	if !outcome.Wrong.Empty() { // the address was changed since it was looked up
		return errRefused
	}
	place, before, err := w.takePlace(ctx, tx, actor, found, outcome.Wrong)
	if err != nil {
		return err
	}
	err = w.note(ctx, tx, actor, acceptInvitation, found.WorkspaceID, place.ID,
		audit.Change{Field: "status", Before: string(before.Status), After: string(place.Status)},
		audit.Change{Field: "role", Before: string(before.Role), After: string(place.Role)},
		audit.Change{Field: "miniPrograms", After: strings.Join(miniProgramIDs(found), " ")},
		audit.Change{Field: "invitation", After: found.ID})
	if err != nil {
		return err
	}
	outcome.Member, err = tx.Member.Get(ctx, place.ID)
	return err
}

// spend uses an invitation up, unless it is good for nothing any more. It takes the mail back first, since whoever sends it holds the
// mail and then the invitation.
func (w *Workspaces) spend(ctx context.Context, tx *ent.Tx, found *ent.Invitation, wrong *fault.List) error {
	_, err := hold(ctx, tx, found.WorkspaceID)
	if err == nil {
		err = takeMailBack(ctx, tx, found.ID)
	}
	spent := 0
	if err == nil {
		spent, err = tx.Invitation.Update().SetStatus(invitation.StatusACCEPTED).ClearTokenHash().
			Where(invitation.ID(found.ID), invitation.TokenHash(*found.TokenHash), w.open()).Save(ctx)
	}
	switch {
	case err == nil && spent == 0, errors.Is(err, fault.ErrNotFound):
		wrong.Add("token", fault.InvalidToken)
		return errRefused
	}
	return err
}

// takePlace makes the actor a member as the invitation says, anew after an earlier membership has ended, and returns that too: a
// member without an id where there was none.
func (w *Workspaces) takePlace(ctx context.Context, tx *ent.Tx, actor access.Actor, found *ent.Invitation, wrong *fault.List) (place, before *ent.Member, err error) {
	before, err = tx.Member.Query().Where(member.UserID(actor.UserID), member.WorkspaceID(found.WorkspaceID)).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		before = &ent.Member{}
	case err != nil:
		return nil, nil, err
	case before.Status != member.StatusREMOVED:
		wrong.Add("token", fault.AlreadyMember)
		return nil, nil, errRefused
	}
	if place, err = w.place(ctx, tx, actor, found, before.ID); err != nil {
		return nil, nil, err
	}
	return place, before, w.assign(ctx, tx, place.ID, miniProgramIDs(found))
}

func (w *Workspaces) place(ctx context.Context, tx *ent.Tx, actor access.Actor, found *ent.Invitation, beforeID string) (*ent.Member, error) {
	now, role := w.Now(), member.Role(found.Role)
	if beforeID != "" {
		return tx.Member.UpdateOneID(beforeID).SetStatus(member.StatusACTIVE).SetRole(role).SetJoinedAt(now).
			SetInvitedByID(found.InvitedByID).Save(ctx)
	}
	return tx.Member.Create().SetID(id.New(id.Member)).SetUserID(actor.UserID).SetWorkspaceID(found.WorkspaceID).SetRole(role).
		SetInvitedByID(found.InvitedByID).SetCreatedAt(now).SetJoinedAt(now).Save(ctx)
}

// miniProgramIDs returns what an invitation is to, in the order of the ids.
func miniProgramIDs(of *ent.Invitation) []string {
	ids := make([]string, len(of.Edges.MiniPrograms))
	for i, one := range of.Edges.MiniPrograms {
		ids[i] = one.ID
	}
	return distinct(ids)
}

func deref(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
