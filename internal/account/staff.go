package account

import (
	"context"
	"fmt"
	"time"

	"minidock/ent"
	"minidock/ent/user"
	"minidock/internal/access"
	"minidock/internal/email"
	"minidock/internal/event"
	"minidock/internal/fault"
	"minidock/internal/id"
	"minidock/internal/operation"
	"minidock/internal/page"
	"minidock/internal/store"
)

// StaffMember is a member of the platform's staff. AddedBy is nil when an operator added the member by the command line.
type StaffMember struct {
	User    *ent.User
	Role    user.StaffRole
	AddedBy *ent.User
	AddedAt time.Time
}

// ID returns the id of the member, which is made from that of the account.
func (m *StaffMember) ID() string {
	_, key, _ := id.Split(m.User.ID)
	return id.Of(id.StaffMember, key)
}

// IsNode says that a member of the staff can be read by the id.
func (*StaffMember) IsNode() {}

// orderByAccount sorts the staff by their accounts, the oldest first.
const orderByAccount = "STAFF"

// Staff returns a page of the staff, those with the oldest accounts first.
func (a *Accounts) Staff(ctx context.Context, args page.Args) (page.Page[*StaffMember], error) {
	request, err := args.Request(orderByAccount)
	if err != nil {
		return page.Page[*StaffMember]{}, err
	}
	found, err := a.Client.User.Query().Where(user.StaffRoleNotNil(), store.Page(request.ByID(user.FieldID, false))).All(ctx)
	if err != nil {
		return page.Page[*StaffMember]{}, fmt.Errorf("read the staff: %w", err)
	}
	members, err := staffMembers(ctx, a.Client, found)
	if err != nil {
		return page.Page[*StaffMember]{}, err
	}
	return page.Cut(request, members, staffPosition), nil
}

// StaffPage returns members of the staff with their places in the list of the staff.
func StaffPage(members ...*StaffMember) page.Page[*StaffMember] {
	return page.Of(orderByAccount, staffPosition, members...)
}

func staffPosition(m *StaffMember) page.Position { return page.Position{ID: m.User.ID} }

// StaffByIDs returns, by their ids, those of these members of the staff that the viewer may see: administrators see all.
func (a *Accounts) StaffByIDs(ctx context.Context, viewer *access.Viewer, ids []string) (map[string]*StaffMember, error) {
	principal, err := viewer.Principal(ctx)
	if err != nil || principal.StaffRole != user.StaffRoleADMIN {
		return nil, err
	}
	accounts := make([]string, len(ids))
	for i, one := range ids {
		_, key, _ := id.Split(one)
		accounts[i] = id.Of(id.User, key)
	}
	found, err := a.Client.User.Query().Where(user.StaffRoleNotNil(), store.In(user.FieldID, accounts)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the staff: %w", err)
	}
	members, err := staffMembers(ctx, a.Client, found)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]*StaffMember, len(members))
	for _, one := range members {
		byID[one.ID()] = one
	}
	return byID, nil
}

// CountStaff returns how many are on the staff.
func (a *Accounts) CountStaff(ctx context.Context) (int, error) {
	n, err := a.Client.User.Query().Where(user.StaffRoleNotNil()).Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("count the staff: %w", err)
	}
	return n, nil
}

// staffMembers returns these users as members of the staff, with those who added them.
func staffMembers(ctx context.Context, client *ent.Client, users []*ent.User) ([]*StaffMember, error) {
	var ids []string
	for _, one := range users {
		if one.StaffAddedBy != nil {
			ids = append(ids, *one.StaffAddedBy)
		}
	}
	adders := map[string]*ent.User{}
	if len(ids) > 0 {
		found, err := client.User.Query().Where(store.In(user.FieldID, ids)).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("read who added the staff: %w", err)
		}
		adders = store.ByID(found)
	}
	members := make([]*StaffMember, len(users))
	for i, one := range users {
		members[i] = &StaffMember{User: one, Role: *one.StaffRole, AddedAt: *one.StaffAddedAt}
		if one.StaffAddedBy != nil {
			members[i].AddedBy = adders[*one.StaffAddedBy]
		}
	}
	return members, nil
}

// AddStaffInput gives the account with this address a role on the staff.
type AddStaffInput struct {
	Email string
	Role  user.StaffRole
}

// AddStaff gives an account a role on the staff, or another role. Administrators may, and operators. User errors: BLANK, TOO_LONG,
// INVALID_FORMAT, NOT_FOUND, EMAIL_NOT_CONFIRMED, LAST_ADMIN.
func (a *Accounts) AddStaff(ctx context.Context, viewer *access.Viewer, in AddStaffInput) (*StaffMember, error) {
	return changeStaff(ctx, a, viewer, access.AddStaff, in.Email, func(tx *operation.Tx, of *ent.User) (*StaffMember, error) {
		if of.EmailConfirmedAt == nil {
			return nil, tx.Refuse("", fault.EmailNotConfirmed, fault.Variant("account"))
		}
		if in.Role != user.StaffRoleADMIN {
			if err := keepAnAdmin(ctx, tx, of); err != nil {
				return nil, err
			}
		}
		after, err := setStaffRole(ctx, tx, of, in.Role)
		if err != nil {
			return nil, err
		}
		members, err := staffMembers(ctx, tx.Client(), []*ent.User{after})
		if err != nil {
			return nil, err
		}
		return members[0], nil
	})
}

// setStaffRole gives an account this role, unless it has it already.
func setStaffRole(ctx context.Context, tx *operation.Tx, of *ent.User, role user.StaffRole) (*ent.User, error) {
	if staffRole(of) == string(role) {
		return of, nil
	}
	update := tx.User.UpdateOne(of).SetStaffRole(role)
	if of.StaffRole == nil {
		update.SetStaffAddedAt(tx.Now)
		if by := tx.ActorID(); by != "" {
			update.SetStaffAddedBy(by)
		}
	}
	tx.Changed(of.ID, event.Text("staffRole", staffRole(of), string(role)))
	return update.Save(ctx)
}

// RemoveStaff takes the account with this address off the staff, with effect on its next request. Administrators may, and operators. User
// errors: BLANK, TOO_LONG, INVALID_FORMAT, NOT_FOUND, LAST_ADMIN.
func (a *Accounts) RemoveStaff(ctx context.Context, viewer *access.Viewer, address string) (*ent.User, error) {
	return changeStaff(ctx, a, viewer, access.RemoveStaff, address, func(tx *operation.Tx, of *ent.User) (*ent.User, error) {
		if of.StaffRole == nil {
			return nil, tx.Refuse("email", fault.NotFound, "value", of.Email)
		}
		if err := keepAnAdmin(ctx, tx, of); err != nil {
			return nil, err
		}
		tx.Changed(of.ID, event.Text("staffRole", staffRole(of), ""))
		return tx.User.UpdateOne(of).ClearStaffRole().ClearStaffAddedAt().ClearStaffAddedBy().Save(ctx)
	})
}

// changeStaff changes the account with this address. The operation holds all administrators, so that of several changes at once none
// removes the last.
func changeStaff[T any](ctx context.Context, a *Accounts, viewer *access.Viewer, op access.Operation, entered string, change func(*operation.Tx, *ent.User) (T, error)) (T, error) {
	var errs fault.UserErrors
	address, none := email.Clean("email", entered, &errs), *new(T)
	if err := errs.Err(); err != nil {
		return none, err
	}
	return operation.Run(ctx, a.DB, viewer, op, "", func(tx *operation.Tx) (T, error) {
		of, err := tx.User.Query().Where(user.Email(address), store.Held).Only(ctx)
		switch {
		case ent.IsNotFound(err):
			return none, tx.Refuse("email", fault.NotFound, "value", address)
		case err != nil:
			return none, err
		}
		return change(tx, of)
	})
}

// keepAnAdmin refuses, with LAST_ADMIN, to take the role of the only administrator away.
func keepAnAdmin(ctx context.Context, tx *operation.Tx, from *ent.User) error {
	if staffRole(from) != string(user.StaffRoleADMIN) {
		return nil
	}
	others, err := tx.User.Query().Where(user.StaffRoleEQ(user.StaffRoleADMIN), user.IDNEQ(from.ID)).Exist(ctx)
	if err != nil || others {
		return err
	}
	return tx.Refuse("", fault.LastAdmin)
}

func staffRole(of *ent.User) string {
	if of.StaffRole == nil {
		return ""
	}
	return string(*of.StaffRole)
}
