package api_test

import (
	"fmt"
	"slices"
	"testing"

	"minidock/ent/apitoken"
	"minidock/ent/auditevent"
	"minidock/internal/access"
	"minidock/internal/apitest"
)

func TestATokenIsRevokedForGood(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		machine, other := c.Master.CreateToken(t, apitest.APIToken(c.ID, access.Read)), c.Master.CreateToken(t, apitest.APIToken(c.ID, access.Read))
		input := apitest.Vars{"apiTokenId": machine.TokenID}
		c.ExpectForbidden(t, c.Developer, "revokeApiToken", input, "OWNER", "MASTER")
		for _, p := range []*apitest.Person{c.Stranger, machine.Person} {
			w.WritesNothing(t, "revokeApiToken", func() { p.Mutate(t, "revokeApiToken", input) })
		}
		machine.Mutate(t, "revokeApiToken", input).ExpectMissingScope(t, "")
		answer := c.OtherMaster.Mutate(t, "revokeApiToken", input).Succeeded(t)
		revokedAt := answer.String(t, "revokeApiToken.apiToken.revokedAt")
		machine.Do(t, `{ viewer { id } }`, nil).ExpectBadToken(t, "TOKEN_REVOKED")
		other.Do(t, `{ apiToken { id } }`, nil).String(t, "apiToken.id")
		if event := c.Event(t, "revokeApiToken", c.OtherMaster, machine.TokenID); event.Changes != `[{"field":"revokedAt","after":"`+revokedAt+`"}]` {
			t.Errorf("%s", event.Changes)
		}
		w.WritesNothing(t, "a second time", func() {
			if again := c.Owner.Mutate(t, "revokeApiToken", input).Succeeded(t); again.Get("revokeApiToken.apiToken.revokedAt") != revokedAt {
				t.Errorf("%s", again.Body)
			}
		})
		w.Advance(91 * day)
		c.Owner.SignIn(t)
		machine.Do(t, `{ viewer { id } }`, nil).ExpectBadToken(t, "TOKEN_REVOKED")
		c.Owner.Mutate(t, "revokeApiToken", apitest.Vars{"apiTokenId": other.TokenID}).Succeeded(t) // which has expired
	})
}

// A token ends with the right of its creator to create it, and does not come back with it.
func TestTokensAreRevokedWithTheRightsOfTheirCreator(t *testing.T) {
	for mutation, test := range map[string]struct {
		send func(c *apitest.Team) (*apitest.Person, apitest.Vars)
		back func(t *testing.T, c *apitest.Team)
	}{
		"blockMember": {
			func(c *apitest.Team) (*apitest.Person, apitest.Vars) { return c.Owner, apitest.MemberInput(c.MasterID) },
			func(t *testing.T, c *apitest.Team) {
				c.Owner.Mutate(t, "unblockMember", apitest.MemberInput(c.MasterID)).Succeeded(t)
			},
		},
		"removeMember": {func(c *apitest.Team) (*apitest.Person, apitest.Vars) { return c.Owner, apitest.MemberInput(c.MasterID) }, comeBack},
		"leaveWorkspace": {
			func(c *apitest.Team) (*apitest.Person, apitest.Vars) {
				return c.Master, apitest.Vars{"workspaceId": c.ID}
			}, comeBack,
		},
		"changeMemberRole": {
			func(c *apitest.Team) (*apitest.Person, apitest.Vars) {
				return c.Owner, apitest.MemberInput(c.MasterID).With("role", "DEVELOPER")
			},
			func(t *testing.T, c *apitest.Team) {
				c.Owner.Mutate(t, "changeMemberRole", apitest.MemberInput(c.MasterID).With("role", "MASTER")).Succeeded(t)
			},
		},
	} {
		t.Run(mutation, func(t *testing.T) {
			apitest.Run(t, func(t *testing.T, w *apitest.World) {
				c := w.NewTeam(t)
				var machines []apitest.Machine
				for range 2 {
					machines = append(machines, c.Master.CreateToken(t, apitest.APIToken(c.ID, access.Configure)))
				}
				before := c.Master.CreateToken(t, apitest.APIToken(c.ID, access.Configure))
				c.Owner.Mutate(t, "revokeApiToken", apitest.Vars{"apiTokenId": before.TokenID}).Succeeded(t)
				wasRevoked := *w.Client.ApiToken.GetX(t.Context(), before.TokenID).RevokedAt
				elsewhere := c.Master.CreateToken(t, apitest.APIToken(c.Master.CreateWorkspace(t, "The master's own"), access.Configure))
				ofOther := c.OtherMaster.CreateToken(t, apitest.APIToken(c.ID, access.Configure))
				by, input := test.send(c)
				answer := by.Mutate(t, mutation, input).Succeeded(t)
				var ids []string
				for _, machine := range machines {
					ids = append(ids, machine.TokenID)
					machine.Do(t, `{ viewer { id } }`, nil).ExpectBadToken(t, "TOKEN_REVOKED")
				}
				for _, machine := range []apitest.Machine{elsewhere, ofOther} {
					machine.Do(t, `{ apiToken { id } }`, nil).String(t, "apiToken.id")
				}
				if mutation != "leaveWorkspace" && !slices.Equal(apitest.IDs(answer.Get(mutation+".revokedApiTokens")), ids) {
					t.Errorf("revoked %v, want %q", answer.Get(mutation+".revokedApiTokens"), ids)
				}
				events := w.Client.AuditEvent.Query().Where(auditevent.Operation(mutation), auditevent.SubjectIDIn(ids...)).AllX(t.Context())
				for _, event := range events {
					if apitest.TextOf(event.ActorID) != by.ID || event.RequestID != answer.Header.Get("X-Request-Id") || *event.WorkspaceID != c.ID {
						t.Errorf("%v", event)
					}
				}
				if len(events) != len(ids) || w.Client.AuditEvent.Query().Where(auditevent.SubjectID(before.TokenID)).CountX(t.Context()) != 2 ||
					!w.Client.ApiToken.GetX(t.Context(), before.TokenID).RevokedAt.Equal(wasRevoked) {
					t.Errorf("%d events", len(events))
				}
				test.back(t, c)
				for _, machine := range machines {
					machine.Do(t, `{ viewer { id } }`, nil).ExpectBadToken(t, "TOKEN_REVOKED")
				}
			})
		})
	}
}

// comeBack has the master come back as one.
func comeBack(t *testing.T, c *apitest.Team) {
	t.Helper()
	token := c.Owner.InvitationToken(t, c.ID, apitest.MasterInvitation(c.Master.Email))
	c.Master.Mutate(t, "acceptInvitation", apitest.Vars{"token": token}).Succeeded(t)
}

func TestTokensOutliveATransferOfOwnership(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		machines := []apitest.Machine{c.Owner.CreateToken(t, apitest.APIToken(c.ID, access.Configure)), c.Master.CreateToken(t, apitest.APIToken(c.ID, access.Configure))}
		c.Owner.Mutate(t, "transferOwnership", apitest.MemberInput(c.MasterID).With("password", apitest.Password)).Succeeded(t)
		for i, machine := range machines {
			machine.Mutate(t, "updateMiniProgram", apitest.Vars{"miniProgramId": c.Spare, "name": fmt.Sprint("新的小店", i)}).Succeeded(t)
		}
	})
}

func TestADeletedWorkspaceHasNoTokens(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		workspaceID := ann.CreateWorkspace(t, "Coffee")
		machine := ann.CreateToken(t, apitest.APIToken(workspaceID, access.Configure))
		ann.Mutate(t, "deleteWorkspace", apitest.Vars{"workspaceId": workspaceID}).Succeeded(t)
		machine.Do(t, `{ viewer { id } }`, nil).ExpectBadToken(t, "TOKEN_REVOKED")
		if n := w.Client.ApiToken.Query().Where(apitoken.RevokedAtIsNil()).CountX(t.Context()); n != 0 {
			t.Errorf("%d tokens are left", n)
		}
		if got := ann.VisibleNodes(t, []string{machine.TokenID}); len(got) != 0 {
			t.Errorf("seen: %q", got)
		}
		ann.Mutate(t, "revokeApiToken", apitest.Vars{"apiTokenId": machine.TokenID}).Refused(t, "NOT_FOUND")
	})
}

// A change by a token and the end of the token: either comes first, and a change that comes second is refused.
func TestAChangeByATokenMeetsItsEnd(t *testing.T) {
	for name, end := range map[string]struct {
		mutation, state string
		events          string
		input           func(memberID, tokenID string) apitest.Vars
	}{
		"revoked": {"revokeApiToken", "owner OWNER, max0 MASTER, ", "revokeApiToken", func(_, tokenID string) apitest.Vars {
			return apitest.Vars{"apiTokenId": tokenID}
		}},
		"creator blocked": {"blockMember", "owner OWNER, max0 MASTER BLOCKED, ", "blockMember, blockMember", func(memberID, _ string) apitest.Vars {
			return apitest.MemberInput(memberID)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			apitest.Race(t, func(t *testing.T, w, there *apitest.World) func(int) apitest.Contest {
				owner := w.SignUp(t, "owner")
				max := w.Masters(t, 1)[0]
				return func(round int) apitest.Contest {
					workspaceID := w.Found(t, owner, fmt.Sprint("Workspace ", round))
					memberID := w.Join(t, workspaceID, max, "MASTER")
					miniProgramID := w.Insert(t, workspaceID, apitest.Row{Name: "旧的小店", CreatedBy: owner})
					machine := max.CreateToken(t, apitest.APIToken(workspaceID, access.Configure))
					change := apitest.Vars{"miniProgramId": miniProgramID, "name": "新的小店"}
					return apitest.Contest{
						WorkspaceID: workspaceID, Tables: []string{"members", "api_tokens"},
						One:   owner.Sends(t, end.mutation, end.input(memberID, machine.TokenID)),
						Other: func() *apitest.Answer { return machine.At(there).MutateBriefly(t, "updateMiniProgram", change) },
						May: map[string]string{
							"done / done":            end.state + "新的小店: updateMiniProgram, " + end.events,
							"done / UNAUTHENTICATED": end.state + "旧的小店: " + end.events,
							"done / NOT_FOUND":       end.state + "旧的小店: " + end.events,
						},
						Then: func(string) {
							if answer := machine.Do(t, `{ viewer { id } }`, nil); answer.Status != 401 {
								t.Errorf("round %d: still valid: %s", round, answer.Body)
							}
						},
					}
				}
			})
		})
	}
}
