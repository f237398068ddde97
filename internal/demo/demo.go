// Package demo loads people to play with.
package demo

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strings"
	"time"

	"minidock/ent"
	"minidock/ent/auditevent"
	"minidock/ent/member"
	entminiprogram "minidock/ent/miniprogram"
	"minidock/ent/user"
	"minidock/internal/access"
	"minidock/internal/account"
	"minidock/internal/id"
	"minidock/internal/launchtarget"
	"minidock/internal/miniprogram"
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

// miniPrograms are what the workspace has to look at, each with the colour of its logo.
var miniPrograms = []struct {
	profile miniprogram.Profile
	colour  color.NRGBA
}{
	{profile("西湖边的小茶馆", "龙井新茶在线预订到店品尝", "龙井新茶，在线预订座位，到店品尝，也可快递到家。", "5812"), color.NRGBA{R: 0x2e, G: 0x7d, B: 0x32, A: 0xff}},
	{profile("巷口面包房", "每天清晨现烤面包在线预订", "每天清晨现烤的面包和点心，在线预订，到店自取。", "5462"), color.NRGBA{R: 0xef, G: 0x6c, B: 0x00, A: 0xff}},
	{profile("单车维修站", "在线预约上门修车配件齐全", "在线预约维修时间，师傅上门修车，常用配件齐全。", "7699"), color.NRGBA{R: 0x15, G: 0x65, B: 0xc0, A: 0xff}},
}

func profile(name, tagline, description, industryCode string) miniprogram.Profile {
	return miniprogram.Profile{
		Name: &name, Tagline: &tagline, Description: &description, IndustryCode: &industryCode,
		ServicePhone: new("0571-1234567"), ServiceEmail: new("service@demo.example"),
	}
}

// Server is where people are loaded.
type Server struct {
	Client       *ent.Client
	Accounts     *account.Accounts
	Workspaces   *workspace.Workspaces
	MiniPrograms *miniprogram.MiniPrograms
	// Now is the clock.
	Now func() time.Time
}

// People returns the email addresses, each with what the person is.
func People() [][2]string {
	all := make([][2]string, len(people))
	for i, p := range people {
		all[i] = [2]string{p.email, cmp.Or(strings.ToLower(string(p.role)), strings.ToLower(string(p.staff))+" of the platform's staff")}
	}
	return all
}

// ErrOtherPeople says that the database has accounts that demo did not create.
var ErrOtherPeople = errors.New("the database has accounts of other people; everybody could sign in as administrator with the demo's password")

// Load creates the people, their workspace and its mini programs, and leaves alone those that are there. It refuses, with ErrOtherPeople,
// a database in which others have accounts, unless withOthers, and always one in which somebody else has an address of its people.
func Load(ctx context.Context, s Server, withOthers bool) error {
	made, err := s.made(ctx)
	if err != nil {
		return err
	}
	others, err := s.Client.User.Query().Where(user.IDNotIn(made...)).Count(ctx)
	if err != nil {
		return fmt.Errorf("count accounts: %w", err)
	}
	if others > 0 && !withOthers {
		return ErrOtherPeople
	}
	for _, p := range people {
		taken, err := s.Client.User.Query().Where(user.Email(p.email), user.IDNotIn(made...)).Exist(ctx)
		if err != nil {
			return fmt.Errorf("look up an account: %w", err)
		}
		if taken {
			return fmt.Errorf("somebody else has the address %s", p.email)
		}
	}
	for _, p := range people {
		if err := s.load(ctx, p); err != nil {
			return fmt.Errorf("load %s: %w", p.email, err)
		}
	}
	return s.loadMiniPrograms(ctx)
}

// made returns the ids of the accounts that this command created: no request signed them up.
func (s Server) made(ctx context.Context) ([]string, error) {
	ids, err := s.Client.AuditEvent.Query().
		Where(auditevent.Operation(string(access.SignUp)), auditevent.RequestID(""), auditevent.Address("")).
		Select(auditevent.FieldSubjectID).Strings(ctx)
	if err != nil {
		return nil, fmt.Errorf("look up accounts: %w", err)
	}
	return ids, nil
}

// load creates a person, unless there is one, and gives the person a role: the owner creates the workspace that the others join.
func (s Server) load(ctx context.Context, p person) error {
	exists, err := s.Client.User.Query().Where(user.Email(p.email)).Exist(ctx)
	if err == nil && !exists {
		err = s.Accounts.Register(ctx, command(s.Client, access.Nobody), account.SignUpInput{Email: p.email, Password: Password, DisplayName: p.name})
	}
	if err != nil {
		return err
	}
	return s.addRole(ctx, p)
}

// command is the viewer that a command acts as.
func command(client *ent.Client, as access.Credential) *access.Viewer {
	return access.NewViewer(client, access.Request{}, as, nil)
}

func (s Server) loadMiniPrograms(ctx context.Context) error {
	owner, err := s.owner(ctx)
	if err != nil {
		return err
	}
	has, err := s.Client.MiniProgram.Query().Where(entminiprogram.WorkspaceID(owner.WorkspaceID)).Exist(ctx)
	if err != nil || has {
		return err
	}
	for _, one := range miniPrograms {
		in := miniprogram.CreateInput{WorkspaceID: owner.WorkspaceID, LaunchTargetCode: launchtarget.AlipayCN.Code, Profile: one.profile}
		logo, err := logo(one.colour)
		if err != nil {
			return err
		}
		in.Logo = &miniprogram.LogoInput{Base64: &logo}
		if _, err := s.MiniPrograms.Create(ctx, command(s.Client, access.Account(owner.UserID)), in); err != nil {
			return fmt.Errorf("create a mini program: %w", err)
		}
	}
	return nil
}

// logo returns a picture of this colour with a white square in it, in base64.
func logo(colour color.NRGBA) (string, error) {
	const side = 256
	drawn := image.NewNRGBA(image.Rect(0, 0, side, side))
	draw.Draw(drawn, drawn.Bounds(), image.NewUniform(colour), image.Point{}, draw.Src)
	draw.Draw(drawn, drawn.Bounds().Inset(side/3), image.White, image.Point{}, draw.Src)
	var encoded bytes.Buffer
	if err := png.Encode(&encoded, drawn); err != nil {
		return "", fmt.Errorf("draw a logo: %w", err)
	}
	return base64.StdEncoding.EncodeToString(encoded.Bytes()), nil
}

// addRole gives a person their role: the owner creates the workspace that the others join.
func (s Server) addRole(ctx context.Context, p person) error {
	self, err := s.Client.User.Query().Where(user.Email(p.email)).Only(ctx)
	if err != nil {
		return err
	}
	if p.staff != "" {
		_, err := s.Accounts.AddStaff(ctx, command(s.Client, access.Operator), account.AddStaffInput{Email: p.email, Role: p.staff})
		return err
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
	owner, err := s.owner(ctx)
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

// owner returns the owner's membership of the workspace.
func (s Server) owner(ctx context.Context) (*ent.Member, error) {
	found, err := s.Client.Member.Query().
		Where(member.HasUserWith(user.Email(people[0].email)), member.RoleEQ(member.RoleOWNER)).Order(member.ByID()).First(ctx)
	if err != nil {
		return nil, fmt.Errorf("find the owner: %w", err)
	}
	return found, nil
}
