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
	"minidock/internal/store"
	"minidock/internal/workspace"
)

// Password is everybody's.
const Password = "demo-password-1"

// Workspace is the name of the workspace.
const Workspace = "Demo Merchant"

// person is somebody to play with, with a role in the workspace or on the platform's staff.
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

// Server is where people are loaded.
type Server struct {
	Client     *ent.Client
	Accounts   *account.Accounts
	Workspaces *workspace.Workspaces
	// Now is the clock.
	Now func() time.Time
}

// Load creates the people and their workspace, and leaves alone those who are there.
func Load(ctx context.Context, s Server) error {
	for _, p := range people {
		err := s.Accounts.Register(ctx, command(s.Client, access.Nobody), account.SignUpInput{Email: p.email, Password: Password, DisplayName: p.name})
		if err != nil && !isTaken(err) {
			return fmt.Errorf("sign up %s: %w", p.email, err)
		}
		if err := s.addRole(ctx, p); err != nil {
			return fmt.Errorf("give %s a role: %w", p.email, err)
		}
	}
	return nil
}

// command is the viewer that a command acts as.
func command(client *ent.Client, as access.Credential) *access.Viewer {
	return access.NewViewer(client, access.Request{}, as, nil)
}

// isTaken says that an account with the address exists, and that nothing else is wrong.
func isTaken(err error) bool {
	var errs *fault.UserErrors
	return errors.As(err, &errs) && errs.Has("email") && len(errs.All()) == 1
}

// addRole gives a person their role: the owner creates the workspace that the others join.
func (s Server) addRole(ctx context.Context, p person) error {
	self, err := s.Client.User.Query().Where(user.Email(p.email)).Only(ctx)
	if err != nil {
		return err
	}
	if p.staff != "" {
		return s.Client.User.UpdateOneID(self.ID).SetStaffRole(p.staff).Exec(ctx)
	}
	belongs, err := s.Client.Member.Query().Where(member.UserID(self.ID)).Exist(ctx)
	if err != nil || belongs {
		return err
	}
	if p.role == member.RoleOWNER {
		_, err := s.Workspaces.Create(ctx, command(s.Client, access.Account(self.ID)), workspace.CreateInput{Name: Workspace})
		return err
	}
	now := s.Now()
	owner, err := s.Client.Member.Query().
		Where(member.HasUserWith(user.Email(people[0].email)), member.RoleEQ(member.RoleOWNER)).Only(ctx)
	if err != nil {
		return err
	}
	err = s.Client.Member.Create().SetID(id.New(id.Member)).SetUserID(self.ID).SetWorkspaceID(owner.WorkspaceID).
		SetRole(p.role).SetCreatedAt(now).SetJoinedAt(now).Exec(ctx)
	if store.IsTaken(err) {
		return nil
	}
	return err
}
