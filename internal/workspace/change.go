package workspace

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"minidock/ent"
	"minidock/ent/assignment"
	"minidock/ent/invitation"
	"minidock/ent/member"
	"minidock/ent/miniprogram"
	"minidock/ent/predicate"
	"minidock/internal/access"
	"minidock/internal/audit"
	"minidock/internal/fault"
	"minidock/internal/id"
	"minidock/internal/store"
)

var (
	present = []member.Status{member.StatusACTIVE, member.StatusBLOCKED}
	// given are the roles that an invitation or a change can give.
	given = []member.Role{member.RoleMASTER, member.RoleDEVELOPER}
	// guarded are the operations that masters may do to developers, and to others the owner alone.
	guarded = []access.Operation{access.BlockMember, access.UnblockMember}
)

// ChangeRoleInput is another role for a member.
type ChangeRoleInput struct {
	MemberID string
	Role     member.Role
}

// ChangeRole makes a master a developer, whose open invitations are withdrawn, or a developer a master. The owner may. When the
// member has the role already, no event is written.
func (w *Workspaces) ChangeRole(ctx context.Context, actor access.Actor, in ChangeRoleInput) (*ent.Member, *fault.List, error) {
	wrong := fault.NewList("memberId", "role")
	checkRole("role", in.Role, wrong)
	return w.change(ctx, actor, access.ChangeMemberRole, in.MemberID, wrong, func(tx *ent.Tx, target *ent.Member) ([]audit.Change, error) {
		if !isOneOf(target, given, present, wrong) {
			return nil, errRefused
		}
		changes := []audit.Change{{Field: "role", Before: string(target.Role), After: string(in.Role)}}
		if in.Role == member.RoleDEVELOPER {
			withdrawn, err := uninvite(ctx, tx, target, invitation.InvitedByID(target.UserID))
			if err != nil {
				return nil, err
			}
			changes = append(changes, withdrawn)
		}
		return changes, tx.Member.UpdateOneID(target.ID).SetRole(in.Role).Exec(ctx)
	})
}

// AssignInput is all that a developer is to work on.
type AssignInput struct {
	MemberID       string
	MiniProgramIDs []string
}

// Assign has a developer work on these mini programs of the workspace and on no others. Owners and masters may.
func (w *Workspaces) Assign(ctx context.Context, actor access.Actor, in AssignInput) (*ent.Member, *fault.List, error) {
	wrong := fault.NewList("memberId", "miniProgramIds")
	wanted := distinct(in.MiniProgramIDs)
	return w.change(ctx, actor, access.AssignMiniPrograms, in.MemberID, wrong, func(tx *ent.Tx, target *ent.Member) ([]audit.Change, error) {
		isOneOf(target, []member.Role{member.RoleDEVELOPER}, present, wrong)
		if err := checkMiniPrograms(ctx, tx.Client(), "miniProgramIds", target.WorkspaceID, wanted, wrong); err != nil {
			return nil, err
		}
		if !wrong.Empty() {
			return nil, errRefused
		}
		assigned, err := assignmentsOf(ctx, tx, target.ID)
		if err != nil {
			return nil, err
		}
		return []audit.Change{{Field: "miniPrograms", Before: strings.Join(assigned, " "), After: strings.Join(wanted, " ")}},
			w.reassign(ctx, tx, target.ID, assigned, wanted)
	})
}

// reassign makes the assignments of a member what is wanted.
func (w *Workspaces) reassign(ctx context.Context, tx *ent.Tx, memberID string, assigned, wanted []string) error {
	if err := unassign(ctx, tx, memberID, without(assigned, wanted)); err != nil {
		return err
	}
	return w.assign(ctx, tx, memberID, without(wanted, assigned))
}

// assignmentsOf returns the mini programs that a member is assigned to, in the order of their ids.
func assignmentsOf(ctx context.Context, tx *ent.Tx, memberID string) ([]string, error) {
	found, err := tx.Assignment.Query().Where(assignment.MemberID(memberID)).Order(assignment.ByMiniProgramID()).All(ctx)
	assigned := make([]string, len(found))
	for i, row := range found {
		assigned[i] = row.MiniProgramID
	}
	return assigned, err
}

func (w *Workspaces) assign(ctx context.Context, tx *ent.Tx, memberID string, miniProgramIDs []string) error {
	creates := make([]*ent.AssignmentCreate, len(miniProgramIDs))
	for i, miniProgramID := range miniProgramIDs {
		creates[i] = tx.Assignment.Create().SetMemberID(memberID).SetMiniProgramID(miniProgramID).SetCreatedAt(w.Now())
	}
	return tx.Assignment.CreateBulk(creates...).Exec(ctx)
}

func unassign(ctx context.Context, tx *ent.Tx, memberID string, miniProgramIDs []string) error {
	_, err := tx.Assignment.Delete().
		Where(assignment.MemberID(memberID), store.In(assignment.FieldMiniProgramID, miniProgramIDs)).Exec(ctx)
	return err
}

// Block shuts a member out, who keeps the place but has invited nobody. The owner may, and masters may block developers.
func (w *Workspaces) Block(ctx context.Context, actor access.Actor, memberID string) (*ent.Member, *fault.List, error) {
	return w.setStatus(ctx, actor, access.BlockMember, memberID, member.StatusBLOCKED, member.StatusACTIVE)
}

// Unblock lets a member in again. The owner may, and masters may unblock developers.
func (w *Workspaces) Unblock(ctx context.Context, actor access.Actor, memberID string) (*ent.Member, *fault.List, error) {
	return w.setStatus(ctx, actor, access.UnblockMember, memberID, member.StatusACTIVE, member.StatusBLOCKED)
}

// Remove ends a membership. What the member did stays the member's. The owner may.
func (w *Workspaces) Remove(ctx context.Context, actor access.Actor, memberID string) (*ent.Member, *fault.List, error) {
	return w.setStatus(ctx, actor, access.RemoveMember, memberID, member.StatusREMOVED, present...)
}

func (w *Workspaces) setStatus(ctx context.Context, actor access.Actor, operation access.Operation, memberID string, to member.Status, from ...member.Status) (*ent.Member, *fault.List, error) {
	wrong := fault.NewList("memberId")
	return w.change(ctx, actor, operation, memberID, wrong, func(tx *ent.Tx, target *ent.Member) ([]audit.Change, error) {
		if !isOneOf(target, given, from, wrong) {
			return nil, errRefused
		}
		return moveTo(ctx, tx, target, to)
	})
}

// moveTo gives a member another status, and ends what goes with the one before.
func moveTo(ctx context.Context, tx *ent.Tx, target *ent.Member, to member.Status) ([]audit.Change, error) {
	// First: it waits for what the member has under way, which may assign something.
	if err := tx.Member.UpdateOneID(target.ID).SetStatus(to).Exec(ctx); err != nil {
		return nil, err
	}
	changes := []audit.Change{{Field: "status", Before: string(target.Status), After: string(to)}}
	switch to {
	case member.StatusBLOCKED:
		withdrawn, err := uninvite(ctx, tx, target, invitation.InvitedByID(target.UserID))
		return append(changes, withdrawn), err
	case member.StatusREMOVED:
		ended, err := endPlace(ctx, tx, target)
		return append(changes, ended...), err
	}
	return changes, nil
}

// endPlace leaves nothing by which whoever is removed could come back or do anything: neither invitations that he or she sent, nor
// those to the account's address, nor assignments.
func endPlace(ctx context.Context, tx *ent.Tx, target *ent.Member) ([]audit.Change, error) {
	self, err := tx.User.Get(ctx, target.UserID)
	if err != nil {
		return nil, err
	}
	withdrawn, err := uninvite(ctx, tx, target, invitation.Or(invitation.InvitedByID(self.ID), invitation.Email(self.Email)))
	if err != nil {
		return nil, err
	}
	assigned, err := assignmentsOf(ctx, tx, target.ID)
	if err != nil {
		return nil, err
	}
	return []audit.Change{withdrawn, {Field: "miniPrograms", Before: strings.Join(assigned, " ")}}, unassign(ctx, tx, target.ID, assigned)
}

// uninvite withdraws invitations for a change of a member.
func uninvite(ctx context.Context, tx *ent.Tx, target *ent.Member, which predicate.Invitation) (audit.Change, error) {
	withdrawn, err := withdraw(ctx, tx, target.WorkspaceID, which)
	return audit.Change{Field: "invitations", Before: strings.Join(withdrawn, " ")}, err
}

// Leave ends the actor's own membership. Masters and developers may; the owner hands the workspace over first.
func (w *Workspaces) Leave(ctx context.Context, actor access.Actor, workspaceID string) error {
	err := store.Tx(ctx, w.Client, func(tx *ent.Tx) error {
		if _, err := hold(ctx, tx, workspaceID); err != nil {
			return err
		}
		own, err := access.Require(ctx, tx, actor, access.LeaveWorkspace, workspaceID)
		if err != nil {
			return err
		}
		changes, err := moveTo(ctx, tx, own, member.StatusREMOVED)
		if err != nil {
			return err
		}
		return w.note(ctx, tx, actor, access.LeaveWorkspace, workspaceID, own.ID, changes...)
	})
	if err != nil {
		return fmt.Errorf("leave a workspace: %w", err)
	}
	return nil
}

// change changes a member in one transaction, in which the actor's role is read again and nobody else changes members. do
// says what it changes, or refuses with errRefused after recording why.
func (w *Workspaces) change(ctx context.Context, actor access.Actor, operation access.Operation, memberID string, wrong *fault.List,
	do func(tx *ent.Tx, target *ent.Member) ([]audit.Change, error)) (*ent.Member, *fault.List, error) {
	workspaceID, err := w.workspaceOf(ctx, actor, memberID)
	if err != nil {
		return nil, nil, err
	}
	var changed *ent.Member
	err = store.Tx(ctx, w.Client, func(tx *ent.Tx) error {
		if _, err := hold(ctx, tx, workspaceID); err != nil {
			return err
		}
		target, err := requireOver(ctx, tx, actor, operation, memberID)
		if err != nil {
			return err
		}
		changes, err := do(tx, target)
		if err != nil {
			return err
		}
		if !wrong.Empty() {
			return errRefused
		}
		if err := w.note(ctx, tx, actor, operation, workspaceID, memberID, changes...); err != nil {
			return err
		}
		changed, err = tx.Member.Get(ctx, memberID)
		return err
	})
	if errors.Is(err, errRefused) {
		return nil, wrong, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", operation, err)
	}
	return changed.Unwrap(), wrong, nil
}

// workspaceOf returns where somebody is a member. NOT_FOUND when the actor may not see it.
func (w *Workspaces) workspaceOf(ctx context.Context, actor access.Actor, memberID string) (string, error) {
	found, err := w.MembersByIDs(ctx, actor, []string{memberID})
	if err != nil {
		return "", err
	}
	if found[memberID] == nil {
		return "", fault.ErrNotFound
	}
	return found[memberID].WorkspaceID, nil
}

// requireOver returns a member whom the actor may do the operation to.
func requireOver(ctx context.Context, tx *ent.Tx, actor access.Actor, operation access.Operation, memberID string) (*ent.Member, error) {
	acting, err := access.Require(ctx, tx, actor, operation, memberID)
	if err != nil {
		return nil, err
	}
	target, err := tx.Member.Get(ctx, memberID)
	if err != nil {
		return nil, err
	}
	if slices.Contains(guarded, operation) && acting.Role == member.RoleMASTER && target.Role != member.RoleDEVELOPER {
		return nil, fault.Forbidden([]member.Role{member.RoleOWNER})
	}
	return target, nil
}

// isOneOf records in memberId a status or role of a member that is none of these, and tells whether nothing at all is wrong.
func isOneOf(target *ent.Member, roles []member.Role, statuses []member.Status, wrong *fault.List) bool {
	if !slices.Contains(statuses, target.Status) {
		wrong.Add("memberId", fault.WrongStatus, "status", target.Status, "allowed", names(statuses))
	}
	if !slices.Contains(roles, target.Role) {
		wrong.Add("memberId", fault.WrongRole, "role", target.Role, "allowed", names(roles))
	}
	return wrong.Empty()
}

// checkRole records in this field that a role cannot be given.
func checkRole(field string, role member.Role, wrong *fault.List) {
	if !slices.Contains(given, role) {
		wrong.Add(field, fault.Unsupported, "found", role, "allowed", names(given))
	}
}

// checkMiniPrograms records in this field how many of the ids are of no mini program of the workspace.
func checkMiniPrograms(ctx context.Context, client *ent.Client, field, workspaceID string, ids []string, wrong *fault.List) error {
	found, err := miniProgramsIn(ctx, client, workspaceID, ids)
	if missing := len(without(ids, found)); err == nil && missing > 0 {
		wrong.Add(field, fault.NotFound, "count", missing)
	}
	return err
}

// miniProgramsIn returns those of the ids that are of mini programs of the workspace.
func miniProgramsIn(ctx context.Context, client *ent.Client, workspaceID string, ids []string) ([]string, error) {
	ids = slices.DeleteFunc(slices.Clone(ids), func(one string) bool { return id.KindOf(one) != id.MiniProgram })
	found, err := client.MiniProgram.Query().Where(store.In(miniprogram.FieldID, ids), miniprogram.WorkspaceID(workspaceID)).IDs(ctx)
	if err != nil {
		return nil, fmt.Errorf("look up mini programs: %w", err)
	}
	return found, nil
}

// distinct returns each of the ids once, sorted.
func distinct(ids []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(ids)))
}

// without returns the ids that are not among the others.
func without(ids, others []string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(one string) bool { return slices.Contains(others, one) })
}

func names[T ~string](all []T) string {
	texts := make([]string, len(all))
	for i, one := range all {
		texts[i] = string(one)
	}
	return strings.Join(texts, ", ")
}
