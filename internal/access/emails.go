package access

import (
	"context"
	"fmt"
	"slices"

	"minidock/ent"
	"minidock/ent/member"
	"minidock/ent/user"
	"minidock/internal/siblings"
	"minidock/internal/store"
)

// emails is the key under which users who were read together know whose addresses the viewer sees.
const emails = "emails"

// SeesEmail says whether the viewer, who sees the user, also sees the user's address: that of the viewer, of members whom the viewer sees,
// and for administrators of the platform every address. Somebody who has only created a mini program that the viewer sees is not one of
// them. A token sees no address.
func (v *Viewer) SeesEmail(ctx context.Context, of *ent.User) (bool, error) {
	visible, err := siblings.Read(of.Siblings, of, emails, func(users []*ent.User) (map[string]bool, error) {
		return v.seesEmails(ctx, users)
	})
	return visible[of.ID], err
}

func (v *Viewer) seesEmails(ctx context.Context, users []*ent.User) (map[string]bool, error) {
	principal, err := v.Principal(ctx)
	if err != nil {
		return nil, err
	}
	if principal.Token != nil {
		return nil, nil
	}
	visible, ids := map[string]bool{}, make([]string, len(users))
	for i, one := range users {
		ids[i] = one.ID
		visible[one.ID] = one.ID == principal.UserID || principal.StaffRole == user.StaffRoleADMIN
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return visible[id] })
	if len(ids) == 0 {
		return visible, nil
	}
	members, err := v.client.Member.Query().Where(store.In(member.FieldUserID, ids), principal.Members()).
		Unique(true).Select(member.FieldUserID).Strings(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for members: %w", err)
	}
	for _, id := range members {
		visible[id] = true
	}
	return visible, nil
}

// WithEmails notes that the viewer sees the addresses of these users, who were found because they are members whom the viewer sees.
func WithEmails(users map[string]*ent.User, err error) (map[string]*ent.User, error) {
	visible := make(map[string]bool, len(users))
	for id := range users {
		visible[id] = true
	}
	for _, one := range users {
		siblings.Know(one.Siblings, emails, visible)
		break // they were read together
	}
	return users, err
}
