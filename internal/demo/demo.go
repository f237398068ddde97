// Package demo loads people to play with.
package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"minidock/ent"
	"minidock/ent/member"
	"minidock/ent/user"
	"minidock/internal/access"
	"minidock/internal/account"
	"minidock/internal/fault"
	"minidock/internal/id"
	"minidock/internal/limit"
	"minidock/internal/operation"
	"minidock/internal/store"
	"minidock/internal/throttle"
	"minidock/internal/workspace"
)

// Password is everybody's.
const Password = "demo-password-1"

// Workspace is the name of the workspace.
const Workspace = "Demo Merchant"

// person is somebody to play with; role is a place in the workspace, staff one outside.
type person struct {
	email, name string
	role        member.Role
	staff       user.StaffRole
}

var people = []person{
	{email: "owner@demo.example", name: "Olivia Owner", role: member.RoleOWNER},
	{email: "master@demo.example", name: "Max Master", role: member.RoleMASTER},
	{email: "developer@demo.example", name: "Dana Developer", role: member.RoleDEVELOPER},
	{email: "reviewer@demo.example", name: "Robin Reviewer", staff: user.StaffRoleREVIEWER},
	{email: "admin@demo.example", name: "Alex Admin", staff: user.StaffRoleADMIN},
}

// Load makes the workspace and the people, and leaves alone what is there already.
func Load(ctx context.Context, client *ent.Client, now func() time.Time) error {
	db := operation.DB{Client: client, Now: now}
	accounts := &account.Accounts{
		DB: db, Limits: limit.Default, Passwords: account.NewPasswords(account.DefaultCost, 0),
		Throttles: &throttle.Throttles{Client: client, Now: now},
	}
	workspaces := &workspace.Workspaces{DB: db}
	for _, p := range people {
		err := accounts.Register(ctx, command(client, access.Nobody), account.SignUpInput{Email: p.email, Password: Password, DisplayName: p.name})
		if err != nil && !isThereAlready(err) {
			return fmt.Errorf("sign up %s: %w", p.email, err)
		}
		if err := settle(ctx, client, workspaces, p, now()); err != nil {
			return fmt.Errorf("settle %s: %w", p.email, err)
		}
	}
	return nil
}

// command is the viewer that a command acts as.
func command(client *ent.Client, as access.Credential) *access.Viewer {
	return access.NewViewer(client, access.Request{}, as, nil)
}

// isThereAlready says that an account has the address already, and nothing else is wrong.
func isThereAlready(err error) bool {
	var errs *fault.UserErrors
	return errors.As(err, &errs) && errs.Has("email") && len(errs.All()) == 1
}

// settle gives a person a place: the owner makes the workspace that the others join.
func settle(ctx context.Context, client *ent.Client, workspaces *workspace.Workspaces, p person, now time.Time) error {
	self, err := client.User.Query().Where(user.Email(p.email)).Only(ctx)
	if err != nil {
		return err
	}
	if p.staff != "" {
		return client.User.UpdateOneID(self.ID).SetStaffRole(p.staff).Exec(ctx)
	}
	belongs, err := client.Member.Query().Where(member.UserID(self.ID)).Exist(ctx)
	if err != nil || belongs {
		return err
	}
	if p.role == member.RoleOWNER {
		_, err := workspaces.Create(ctx, command(client, access.Account(self.ID)), workspace.CreateInput{Name: Workspace})
		return err
	}
	owner, err := client.Member.Query().
		Where(member.HasUserWith(user.Email(people[0].email)), member.RoleEQ(member.RoleOWNER)).Only(ctx)
	if err != nil {
		return err
	}
	err = client.Member.Create().SetID(id.New(id.Member)).SetUserID(self.ID).SetWorkspaceID(owner.WorkspaceID).
		SetRole(p.role).SetCreatedAt(now).SetJoinedAt(now).Exec(ctx)
	if store.IsTaken(err) {
		return nil
	}
	return err
}
