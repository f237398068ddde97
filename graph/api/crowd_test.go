package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"minidock/ent/invitation"
	"minidock/ent/member"
	"minidock/ent/task"
	"minidock/ent/user"
	"minidock/internal/apitest"
	"minidock/internal/id"
	"minidock/internal/industry"
)

// many is how many of each there are in a crowd, few how many are a few of them.
const few, many = 2, 12

// crowd is a world with many objects of each type, and many elements in each of their lists; the first few have only one element where a
// list is not a page.
type crowd struct {
	*apitest.World
	// ann owns all workspaces and is an administrator. The developers are members of all workspaces.
	ann        *apitest.Person
	developers []*apitest.Person
	// emptyVersionID is a version without anything; each other one has the elements of its mini program.
	emptyVersionID string
	// ids are those of the objects of each type, as nodes.
	ids map[string][]string
}

func newCrowd(t *testing.T, w *apitest.World) *crowd {
	t.Helper()
	c := &crowd{World: w, ann: w.SignUp(t, "ann"), ids: map[string][]string{}}
	w.Employ(t, c.ann, user.StaffRoleADMIN)
	for i := range many {
		developer := w.InsertAccount(t, fmt.Sprintf("dev%d", i))
		w.Client.User.UpdateOneID(developer.ID).SetStaffRole(user.StaffRoleREVIEWER).SetStaffAddedAt(w.Now()).SetStaffAddedBy(c.ann.ID).ExecX(t.Context())
		c.developers = append(c.developers, developer)
		c.add("User", developer.ID)
		c.add("Industry", "ind_"+industry.All()[i].Code)
		w.Client.Session.Create().SetID(fmt.Sprintf("session%d", i)).SetUserID(c.ann.ID).SetCreatedAt(w.Now()).SetLastUsedAt(w.Now()).
			SetExpiresAt(w.Now().Add(time.Hour)).ExecX(t.Context())
		c.record(t, "", c.developers[0].ID, i)
	}
	for i := range many {
		c.found(t, i)
	}
	c.ann.Mutate(t, "chooseWorkspace", apitest.Vars{"workspaceId": c.ids["Workspace"][0]}).Succeeded(t)
	c.ids["LaunchTarget"] = []string{"ltg_ALIPAY_CN"}
	mine := c.ann.Do(t, `{ viewer { id sessions(first: 100) { nodes { id } } } staff(first: 100) { nodes { id } } }`, nil)
	c.ids["Viewer"] = []string{mine.String(t, "viewer.id")}
	c.ids["Session"], c.ids["StaffMember"] = apitest.IDs(mine.Get("viewer.sessions")), apitest.IDs(mine.Get("staff"))
	return c
}

func (c *crowd) add(objectType, id string) { c.ids[objectType] = append(c.ids[objectType], id) }

// found writes a workspace with members, mini programs, invitations and events. In the first one, each developer is assigned to each mini
// program.
func (c *crowd) found(t *testing.T, n int) {
	t.Helper()
	workspaceID := c.Found(t, c.ann, fmt.Sprintf("Workspace %d", n))
	c.add("Workspace", workspaceID)
	var miniProgramIDs []string
	for _, developer := range c.developers {
		miniProgramIDs = append(miniProgramIDs, c.Insert(t, workspaceID, apitest.Row{CreatedBy: developer}))
	}
	for i, developer := range c.developers {
		memberID := c.Join(t, workspaceID, developer, member.RoleDEVELOPER)
		c.Client.Member.UpdateOneID(memberID).SetInvitedByID(c.ann.ID).ExecX(t.Context())
		assigned := miniProgramIDs
		if n > 0 {
			assigned = miniProgramIDs[i : i+1]
		}
		for _, miniProgramID := range assigned {
			c.Assign(t, memberID, miniProgramID)
		}
		invitationID := c.invite(t, workspaceID, c.ann.ID, fmt.Sprintf("invited%d@example.com", i), miniProgramIDs[:c.elements(i)])
		tokenID := c.createToken(t, workspaceID, developer.ID, miniProgramIDs[:c.elements(i)])
		eventID := c.record(t, workspaceID, miniProgramIDs[i], i, tokenID)
		if n == 0 {
			c.build(t, i, miniProgramIDs[i], tokenID)
			c.add("ApiToken", tokenID)
			c.add("Member", memberID)
			c.add("MiniProgram", miniProgramIDs[i])
			c.add("Invitation", invitationID)
			c.add("AuditEvent", eventID)
		}
	}
}

// build writes the versions of the ith mini program.
func (c *crowd) build(t *testing.T, i int, miniProgramID, tokenID string) {
	t.Helper()
	if i == 0 {
		c.emptyVersionID = c.InsertVersion(t, miniProgramID, apitest.VersionRow{UploadedBy: c.developers[0]})
	}
	var versionID string
	for range many {
		versionID = c.InsertVersion(t, miniProgramID, apitest.VersionRow{UploadedBy: c.developers[i], Elements: c.elements(i), TokenID: tokenID})
	}
	c.add("Version", versionID)
	c.add("Task", c.Client.Task.Query().Where(task.VersionID(versionID)).OnlyIDX(t.Context()))
}

// elements is how many elements a list of the ith object has.
func (c *crowd) elements(i int) int {
	if i < few {
		return 1
	}
	return many
}

// invite writes an open invitation and returns its id.
func (c *crowd) invite(t *testing.T, workspaceID, inviterID, email string, miniProgramIDs []string) string {
	t.Helper()
	return c.Client.Invitation.Create().SetID(id.New(id.Invitation)).SetWorkspaceID(workspaceID).SetEmail(email).SetName("Invited").
		SetRole(invitation.RoleDEVELOPER).SetInvitedByID(inviterID).SetCreatedAt(c.Now()).SetExpiresAt(c.Now().Add(time.Hour)).
		AddMiniProgramIDs(miniProgramIDs...).SaveX(t.Context()).ID
}

// createToken writes a token for machines and returns its id.
func (c *crowd) createToken(t *testing.T, workspaceID, creatorID string, miniProgramIDs []string) string {
	t.Helper()
	tokenID := id.New(id.ApiToken)
	return c.Client.ApiToken.Create().SetID(tokenID).SetWorkspaceID(workspaceID).SetCreatedByID(creatorID).SetName("Robot").SetScopes("READ").
		SetIsLimited(true).AddMiniProgramIDs(miniProgramIDs...).SetSecretHash(tokenID).SetLastFour("0000").SetCreatedAt(c.Now()).
		SetExpiresAt(c.Now().Add(time.Hour)).SaveX(t.Context()).ID
}

// record writes the ith event of a workspace, or of none, perhaps by a token, and returns its id.
func (c *crowd) record(t *testing.T, workspaceID, subjectID string, i int, tokenIDs ...string) string {
	t.Helper()
	changes := strings.Repeat(`{"field":"name","before":"a","after":"b"},`, c.elements(i))
	create := c.Client.AuditEvent.Create().SetID(id.New(id.AuditEvent)).SetActorID(c.developers[i].ID).SetOperation("updateMiniProgram").
		SetSubjectID(subjectID).SetChanges("[" + strings.TrimSuffix(changes, ",") + "]").SetCreatedAt(c.Now())
	if workspaceID != "" {
		create.SetWorkspaceID(workspaceID)
	}
	for _, tokenID := range tokenIDs {
		create.SetAPITokenID(tokenID)
	}
	return create.SaveX(t.Context()).ID
}
