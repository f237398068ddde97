package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"minidock/ent/auditevent"
	"minidock/ent/invitation"
	"minidock/ent/mail"
	"minidock/ent/member"
	"minidock/ent/miniprogram"
	"minidock/ent/user"
	"minidock/internal/apitest"
)

// invitedToRace makes a workspace with an invitation to be a master, and returns the token of its mail.
func invitedToRace(t *testing.T, w *apitest.World, owner *apitest.Person, name, email string) (workspaceID, invitationID, token string) {
	t.Helper()
	workspaceID = owner.CreateWorkspace(t, "Coffee")
	answer := raceDoes(t, owner, "inviteMembers", raceInvites(workspaceID, name, email))
	return workspaceID, answer.String(t, "inviteMembers.invitations.0.id"), w.LetterTo(t, email).Token(t)
}

func raceToken(token string) apitest.Vars { return apitest.Vars{"token": token} }

func raceInvitation(invitationID string) apitest.Vars {
	return apitest.Vars{"invitationId": invitationID}
}

func TestOfTwoNewcomersWithOneTokenAtOnceOneComesIn(t *testing.T) {
	race(t, func(t *testing.T, w, there *apitest.World) func(int) contest {
		ann := w.SignUp(t, "ann")
		return func(round int) contest {
			email := fmt.Sprintf("eva%d@example.com", round)
			workspaceID, _, token := invitedToRace(t, w, ann, "eva", email)
			newcomer := func(name string) apitest.Vars {
				return apitest.Vars{"token": token, "password": apitest.Password, "displayName": name}
			}
			one, other := w.Visitor(t), there.Visitor(t)
			onesPlace := "ann OWNER, one MASTER, eva is ACCEPTED: acceptInvitation"
			othersPlace := "ann OWNER, other MASTER, eva is ACCEPTED: acceptInvitation"
			return contest{
				workspaceID: workspaceID,
				one:         raceSends(t, one, "acceptInvitation", newcomer("one")),
				other:       raceSends(t, other, "acceptInvitation", newcomer("other")),
				may: map[string]string{
					"done / INVALID_TOKEN token": onesPlace, "done / SIGN_IN_REQUIRED": onesPlace,
					"INVALID_TOKEN token / done": othersPlace, "SIGN_IN_REQUIRED / done": othersPlace,
				},
				then: func(string) {
					made := w.Client.User.Query().Where(user.Email(email)).OnlyX(t.Context())
					signedIn := []any{}
					for _, p := range []*apitest.Person{one, other} {
						if id := p.Do(t, `{ viewer { user { id } } }`, nil).Get("viewer.user.id"); id != nil {
							signedIn = append(signedIn, id)
						}
					}
					if len(signedIn) != 1 || signedIn[0] != made.ID {
						t.Errorf("round %d: signed in are %v, the account is %s", round, signedIn, made.ID)
					}
				},
			}
		}
	})
}

func TestSomebodyWhoAcceptsTwiceAtOnceComesInOnce(t *testing.T) {
	race(t, func(t *testing.T, w, there *apitest.World) func(int) contest {
		ann, eva := w.SignUp(t, "ann"), w.SignUp(t, "eva")
		return func(int) contest {
			workspaceID, _, token := invitedToRace(t, w, ann, "eva", eva.Email)
			return contest{
				workspaceID: workspaceID,
				one:         raceSends(t, eva, "acceptInvitation", raceToken(token)),
				other:       raceSends(t, eva.At(there), "acceptInvitation", raceToken(token)),
				may: raceMirrored(map[string]string{
					"done / INVALID_TOKEN token": "ann OWNER, eva MASTER, eva is ACCEPTED: acceptInvitation",
				}),
			}
		}
	})
}

// An invitation is for whoever has the address when the place is taken, not for whoever had it a moment before.
func TestWhoeverMovesToAnotherAddressTakesNoPlaceByTheOldOne(t *testing.T) {
	race(t, func(t *testing.T, w, there *apitest.World) func(int) contest {
		ann, eva := w.SignUp(t, "ann"), w.SignUp(t, "eva")
		address := eva.Email
		return func(round int) contest {
			workspaceID, _, token := invitedToRace(t, w, ann, "eva", address)
			next := fmt.Sprintf("eva%d@example.com", round)
			confirmation := requestsEmail(t, w, eva, next)
			address = next
			return contest{
				workspaceID: workspaceID,
				one:         raceSends(t, eva, "acceptInvitation", raceToken(token)),
				other:       raceSends(t, w.Visitor(t).At(there), "confirmEmail", raceToken(confirmation)),
				tables:      []string{"members"},
				may: map[string]string{
					"done / done":                "ann OWNER, eva MASTER, eva is ACCEPTED: acceptInvitation",
					"OTHER_ACCOUNT token / done": "ann OWNER, eva is INVITED: ",
				},
				then: func(outcome string) {
					var done []string
					for _, e := range w.Client.AuditEvent.Query().Where(auditevent.ActorID(eva.ID)).Order(auditevent.ByID()).AllX(t.Context()) {
						done = append(done, e.Operation)
					}
					if outcome == "done / done" && !slices.Equal(done[len(done)-2:], []string{"acceptInvitation", "confirmEmail"}) {
						t.Errorf("round %d: the last of %q", round, done)
					}
				},
			}
		}
	})
}

func TestAnInvitationIsAcceptedOrWithdrawnButNotBoth(t *testing.T) {
	race(t, func(t *testing.T, w, there *apitest.World) func(int) contest {
		ann, eva := w.SignUp(t, "ann"), w.SignUp(t, "eva")
		return func(int) contest {
			workspaceID, invitationID, token := invitedToRace(t, w, ann, "eva", eva.Email)
			return contest{
				workspaceID: workspaceID,
				one:         raceSends(t, eva.At(there), "acceptInvitation", raceToken(token)),
				other:       raceSends(t, ann, "withdrawInvitation", raceInvitation(invitationID)),
				may: map[string]string{
					"done / WRONG_STATUS invitationId": "ann OWNER, eva MASTER, eva is ACCEPTED: acceptInvitation",
					"INVALID_TOKEN token / done":       "ann OWNER, eva is WITHDRAWN: withdrawInvitation",
				},
			}
		}
	})
}

func TestAnInvitationIsAcceptedOrSentAgainButNotBoth(t *testing.T) {
	race(t, func(t *testing.T, w, there *apitest.World) func(int) contest {
		ann, eva := w.SignUp(t, "ann"), w.SignUp(t, "eva")
		return func(round int) contest {
			workspaceID, invitationID, token := invitedToRace(t, w, ann, "eva", eva.Email)
			letters := len(w.Letters(t))
			return contest{
				workspaceID: workspaceID,
				one:         raceSends(t, eva, "acceptInvitation", raceToken(token)),
				other:       raceSends(t, ann.At(there), "resendInvitation", raceInvitation(invitationID)),
				may: map[string]string{
					"done / ALREADY_MEMBER invitationId": "ann OWNER, eva MASTER, eva is ACCEPTED: acceptInvitation",
					"done / WRONG_STATUS invitationId":   "ann OWNER, eva MASTER, eva is ACCEPTED: acceptInvitation",
					"INVALID_TOKEN token / done":         "ann OWNER, eva is INVITED: resendInvitation",
				},
				then: func(outcome string) {
					more := w.Letters(t)[letters:]
					if outcome != "INVALID_TOKEN token / done" {
						if len(more) != 0 {
							t.Errorf("round %d: a letter to a member", round)
						}
						return
					}
					raceDoes(t, eva, "acceptInvitation", raceToken(more[0].Token(t)))
				},
			}
		}
	})
}

func TestWhoeverAcceptsWhileTheWorkspaceIsDeletedIsNoMember(t *testing.T) {
	race(t, func(t *testing.T, w, there *apitest.World) func(int) contest {
		ann, eva := w.SignUp(t, "ann"), w.SignUp(t, "eva")
		return func(round int) contest {
			workspaceID, _, token := invitedToRace(t, w, ann, "eva", eva.Email)
			return contest{
				workspaceID: workspaceID,
				one:         raceSends(t, eva, "acceptInvitation", raceToken(token)),
				other:       raceSends(t, ann.At(there), "deleteWorkspace", raceWorkspace(workspaceID)),
				may: map[string]string{
					"done / done":                "ann OWNER REMOVED, eva MASTER REMOVED, eva is ACCEPTED, deleted: acceptInvitation, deleteWorkspace",
					"INVALID_TOKEN token / done": "ann OWNER REMOVED, eva is WITHDRAWN, deleted: deleteWorkspace",
				},
				then: func(string) {
					raceRefused(t, eva, "NOT_FOUND", "renameWorkspace", apitest.Vars{"workspaceId": workspaceID, "name": "Eva's"})
				},
			}
		}
	})
}

// raceRefused makes sure that a mutation after a race is refused with this code.
func raceRefused(t *testing.T, p *apitest.Person, code, mutation string, input apitest.Vars) {
	t.Helper()
	if told := raceTold(t, raceSends(t, p, mutation, input)()); told != code {
		t.Errorf("%s afterwards: %s, want %s", mutation, told, code)
	}
}

func TestWhoeverIsInvitedAgainWhileAcceptingComesInOnce(t *testing.T) {
	race(t, func(t *testing.T, w, there *apitest.World) func(int) contest {
		ann, eva := w.SignUp(t, "ann"), w.SignUp(t, "eva")
		return func(round int) contest {
			workspaceID, _, token := invitedToRace(t, w, ann, "eva", eva.Email)
			cameIn := "ann OWNER, eva MASTER, eva is ACCEPTED: acceptInvitation"
			return contest{
				workspaceID: workspaceID,
				one:         raceSends(t, eva.At(there), "acceptInvitation", raceToken(token)),
				other:       raceSends(t, ann, "inviteMembers", raceInvites(workspaceID, "eve", eva.Email)),
				may: map[string]string{
					"done / ALREADY_INVITED invitations.0.email": cameIn, "done / ALREADY_MEMBER invitations.0.email": cameIn,
				},
				then: func(string) {
					if n := waiting(t, w); n != 0 {
						t.Errorf("round %d: %d mails wait", round, n)
					}
				},
			}
		}
	})
}

func TestOfTwoWhoInviteTheSameAddressAtOnceOneDoes(t *testing.T) {
	race(t, func(t *testing.T, w, there *apitest.World) func(int) contest {
		ann, max := w.SignUp(t, "ann"), w.SignUp(t, "max")
		return func(round int) contest {
			workspaceID := ann.CreateWorkspace(t, "Coffee")
			w.Join(t, workspaceID, max, member.RoleMASTER)
			letters := len(w.Letters(t))
			return contest{
				workspaceID: workspaceID,
				one:         raceSends(t, ann, "inviteMembers", raceInvites(workspaceID, "one", "eva@example.com")),
				other:       raceSends(t, max.At(there), "inviteMembers", raceInvites(workspaceID, "other", "EVA@example.com")),
				may: map[string]string{
					"done / ALREADY_INVITED invitations.0.email": "ann OWNER, max MASTER, one is INVITED: inviteMembers",
					"ALREADY_INVITED invitations.0.email / done": "ann OWNER, max MASTER, other is INVITED: inviteMembers",
				},
				then: func(string) {
					if n := len(w.Letters(t)) - letters; n != 1 {
						t.Errorf("round %d: %d letters", round, n)
					}
				},
			}
		}
	})
}

func TestOfTwoWhoSendAnInvitationAgainAtOnceTheLastLinkCounts(t *testing.T) {
	race(t, func(t *testing.T, w, there *apitest.World) func(int) contest {
		ann, max, eva := w.SignUp(t, "ann"), w.SignUp(t, "max"), w.SignUp(t, "eva")
		return func(round int) contest {
			workspaceID, invitationID, token := invitedToRace(t, w, ann, "eva", eva.Email)
			w.Join(t, workspaceID, max, member.RoleMASTER)
			letters := len(w.Letters(t))
			return contest{
				workspaceID: workspaceID,
				one:         raceSends(t, ann, "resendInvitation", raceInvitation(invitationID)),
				other:       raceSends(t, max.At(there), "resendInvitation", raceInvitation(invitationID)),
				may: map[string]string{
					"done / done": "ann OWNER, max MASTER, eva is INVITED: resendInvitation, resendInvitation",
				},
				then: func(string) {
					more := w.Letters(t)[letters:]
					if len(more) != 1 {
						t.Fatalf("round %d: %d letters", round, len(more))
					}
					raceRefused(t, eva, "INVALID_TOKEN token", "acceptInvitation", raceToken(token))
					raceDoes(t, eva, "acceptInvitation", raceToken(more[0].Token(t)))
				},
			}
		}
	})
}

// A mail that was delivered without the server coming to know of it is sent again.
func TestAnInvitationIsAcceptedWhileItsMailIsSentAgain(t *testing.T) {
	race(t, func(t *testing.T, w, there *apitest.World) func(int) contest {
		ann, eva := w.SignUp(t, "ann"), w.SignUp(t, "eva")
		return func(round int) contest {
			workspaceID, invitationID, token := invitedToRace(t, w, ann, "eva", eva.Email)
			w.Client.Mail.Create().SetID(fmt.Sprint("eml_", round)).SetKind(mail.KindINVITATION).SetTo(eva.Email).SetAbout(invitationID).
				SetLanguage("en").SetCreatedAt(w.Now()).SetNextTryAt(w.Now()).ExecX(t.Context())
			accept := raceSends(t, eva, "acceptInvitation", raceToken(token))
			return contest{
				workspaceID: workspaceID, tables: []string{"mails", "invitations"},
				one: accept,
				other: func() *apitest.Answer {
					if err := there.Server.SendMail(t.Context()); err != nil {
						t.Error(err)
					}
					return &apitest.Answer{}
				},
				may: map[string]string{
					"done / done":                "ann OWNER, eva MASTER, eva is ACCEPTED: acceptInvitation",
					"INVALID_TOKEN token / done": "ann OWNER, eva is INVITED: ",
				},
				then: func(string) {
					if n := waiting(t, w); n != 0 {
						t.Errorf("round %d: %d mails wait", round, n)
					}
				},
			}
		}
	})
}

func TestAWorkspaceThatIsHandedToTwoAtOnceHasOneOwnerAtEachMoment(t *testing.T) {
	race(t, func(t *testing.T, w, there *apitest.World) func(int) contest {
		ann, max, mia := w.SignUp(t, "ann"), w.SignUp(t, "max"), w.SignUp(t, "mia")
		return func(round int) contest {
			workspaceID := ann.CreateWorkspace(t, "Coffee")
			toMax, toMia := w.Join(t, workspaceID, max, member.RoleMASTER), w.Join(t, workspaceID, mia, member.RoleMASTER)
			return contest{
				workspaceID: workspaceID,
				one:         raceSends(t, ann, "transferOwnership", raceTransfer(toMax)),
				other:       raceSends(t, ann.At(there), "transferOwnership", raceTransfer(toMia)),
				may: map[string]string{
					"done / FORBIDDEN": "ann MASTER, max OWNER, mia MASTER: transferOwnership",
					"FORBIDDEN / done": "ann MASTER, max MASTER, mia OWNER: transferOwnership",
				},
				meanwhile: func() {
					if n := w.Client.Member.Query().Where(member.WorkspaceID(workspaceID), member.RoleEQ(member.RoleOWNER)).CountX(t.Context()); n != 1 {
						t.Errorf("round %d: %d owners", round, n)
					}
				},
			}
		}
	})
}

func TestAnOwnershipGoesToWhoeverIsStillAMaster(t *testing.T) {
	transferred := "ann MASTER, max OWNER: transferOwnership"
	raceOverMax(t, "transferOwnership", map[string]map[string]string{
		"removeMember": {
			"done / FORBIDDEN":             transferred,
			"WRONG_STATUS memberId / done": "ann OWNER, max MASTER REMOVED: removeMember",
		},
		"blockMember": {
			"done / FORBIDDEN":             transferred,
			"WRONG_STATUS memberId / done": "ann OWNER, max MASTER BLOCKED: blockMember",
		},
		"changeMemberRole": {
			"done / FORBIDDEN":           transferred,
			"WRONG_ROLE memberId / done": "ann OWNER, max DEVELOPER: changeMemberRole",
		},
	})
}

func TestAWorkspaceIsDeletedWhileItsMembersChange(t *testing.T) {
	deleted := "ann OWNER REMOVED, max MASTER REMOVED, deleted: deleteWorkspace"
	raceOverMax(t, "deleteWorkspace", map[string]map[string]string{
		"removeMember": {
			"done / NOT_FOUND": deleted,
			"done / done":      "ann OWNER REMOVED, max MASTER REMOVED, deleted: removeMember, deleteWorkspace",
		},
		"blockMember": {
			"done / NOT_FOUND": deleted,
			"done / done":      "ann OWNER REMOVED, max MASTER REMOVED, deleted: blockMember, deleteWorkspace",
		},
		"changeMemberRole": {
			"done / NOT_FOUND": deleted,
			"done / done":      "ann OWNER REMOVED, max DEVELOPER REMOVED, deleted: changeMemberRole, deleteWorkspace",
		},
		"transferOwnership": {
			"done / NOT_FOUND": deleted,
			"FORBIDDEN / done": "ann MASTER, max OWNER: transferOwnership",
		},
		"leaveWorkspace": {
			"done / NOT_FOUND": deleted,
			"done / done":      "ann OWNER REMOVED, max MASTER REMOVED, deleted: leaveWorkspace, deleteWorkspace",
		},
		"deleteWorkspace": {
			"done / NOT_FOUND": deleted, "NOT_FOUND / done": deleted,
		},
	})
}

func TestAMembershipEndsOnce(t *testing.T) {
	removed := "ann OWNER, max MASTER REMOVED: removeMember"
	raceOverMax(t, "removeMember", map[string]map[string]string{
		"removeMember": {
			"done / WRONG_STATUS memberId": removed, "WRONG_STATUS memberId / done": removed,
		},
		"leaveWorkspace": {
			"done / NOT_FOUND":             removed,
			"WRONG_STATUS memberId / done": "ann OWNER, max MASTER REMOVED: leaveWorkspace",
		},
	})
}

func TestOfBlockingAndUnblockingTheLastOneCounts(t *testing.T) {
	raceOverMax(t, "blockMember", map[string]map[string]string{
		"unblockMember": {
			"done / done":                  "ann OWNER, max MASTER: blockMember, unblockMember",
			"done / WRONG_STATUS memberId": "ann OWNER, max MASTER BLOCKED: blockMember",
		},
	})
}

// raceOverMax races what the owner does, to the master max where it is done to somebody, against each of the others: the owner does
// these, too, and max leaves.
func raceOverMax(t *testing.T, mutation string, others map[string]map[string]string) {
	t.Helper()
	t.Parallel()
	for other, may := range others {
		t.Run(other, func(t *testing.T) {
			race(t, func(t *testing.T, w, there *apitest.World) func(int) contest {
				ann, max := w.SignUp(t, "ann"), w.SignUp(t, "max")
				return func(int) contest {
					workspaceID := ann.CreateWorkspace(t, "Coffee")
					input := raceInput(workspaceID, w.Join(t, workspaceID, max, member.RoleMASTER))
					by := ann
					if other == "leaveWorkspace" {
						by = max
					}
					return contest{
						workspaceID: workspaceID, may: may,
						one:   raceSends(t, ann.At(there), mutation, input(mutation)),
						other: raceSends(t, by, other, input(other)),
					}
				}
			})
		})
	}
}

// raceInput returns what gives each mutation its input, in a workspace and to a member.
func raceInput(workspaceID, memberID string) func(mutation string) apitest.Vars {
	return func(mutation string) apitest.Vars {
		switch mutation {
		case "deleteWorkspace", "leaveWorkspace":
			return raceWorkspace(workspaceID)
		case "transferOwnership":
			return raceTransfer(memberID)
		case "changeMemberRole":
			return raceMember(memberID).With("role", "DEVELOPER")
		default:
			return raceMember(memberID)
		}
	}
}

func TestAMasterWhoIsShutOutCreatesNothingAfterwards(t *testing.T) {
	t.Parallel()
	for mutation, c := range map[string]struct{ code, before, after string }{
		"changeMemberRole": {"FORBIDDEN", "ann OWNER, max DEVELOPER of 1, 小咖啡馆", "ann OWNER, max DEVELOPER"},
		"blockMember":      {"NOT_FOUND", "ann OWNER, max MASTER BLOCKED of 1, 小咖啡馆", "ann OWNER, max MASTER BLOCKED"},
		"removeMember":     {"NOT_FOUND", "ann OWNER, max MASTER REMOVED, 小咖啡馆", "ann OWNER, max MASTER REMOVED"},
	} {
		t.Run(mutation, func(t *testing.T) {
			race(t, func(t *testing.T, w, there *apitest.World) func(int) contest {
				ann, max := w.SignUp(t, "ann"), w.SignUp(t, "max")
				return func(round int) contest {
					workspaceID := ann.CreateWorkspace(t, "Coffee")
					input := raceInput(workspaceID, w.Join(t, workspaceID, max, member.RoleMASTER))
					return contest{
						workspaceID: workspaceID,
						one:         raceSends(t, ann.At(there), mutation, input(mutation)),
						other:       raceSends(t, max, "createMiniProgram", apitest.CreateInput(workspaceID)),
						may: map[string]string{
							"done / done":      c.before + ": createMiniProgram, " + mutation,
							"done / " + c.code: c.after + ": " + mutation,
						},
						then: func(string) {
							raceRefused(t, max, c.code, "createMiniProgram", apitest.CreateInput(workspaceID).With("name", "第二家咖啡馆"))
							if n := w.Client.MiniProgram.Query().Where(miniprogram.WorkspaceID(workspaceID), miniprogram.Name("第二家咖啡馆")).CountX(t.Context()); n != 0 {
								t.Errorf("round %d: created afterwards", round)
							}
						},
					}
				}
			})
		})
	}
}

func TestAMasterWhoIsRemovedChangesNoMiniProgramAfterwards(t *testing.T) {
	race(t, func(t *testing.T, w, there *apitest.World) func(int) contest {
		ann, max := w.SignUp(t, "ann"), w.SignUp(t, "max")
		return func(int) contest {
			workspaceID := ann.CreateWorkspace(t, "Coffee")
			masterID := w.Join(t, workspaceID, max, member.RoleMASTER)
			renamed := apitest.Vars{"miniProgramId": ann.CreateMiniProgram(t, workspaceID, "小咖啡馆"), "name": "大咖啡馆"}
			return contest{
				workspaceID: workspaceID,
				one:         raceSends(t, ann, "removeMember", raceMember(masterID)),
				other:       raceSends(t, max.At(there), "updateMiniProgram", renamed),
				may: map[string]string{
					"done / done":      "ann OWNER of 1, max MASTER REMOVED, 大咖啡馆: updateMiniProgram, removeMember",
					"done / NOT_FOUND": "ann OWNER of 1, max MASTER REMOVED, 小咖啡馆: removeMember",
				},
				then: func(string) {
					raceRefused(t, max, "NOT_FOUND", "updateMiniProgram", renamed.With("name", "新咖啡馆"))
				},
			}
		}
	})
}

func TestADeveloperWhoIsRemovedIsAssignedToNothing(t *testing.T) {
	race(t, func(t *testing.T, w, there *apitest.World) func(int) contest {
		ann, max, dan := w.SignUp(t, "ann"), w.SignUp(t, "max"), w.SignUp(t, "dan")
		return func(int) contest {
			workspaceID := ann.CreateWorkspace(t, "Coffee")
			w.Join(t, workspaceID, max, member.RoleMASTER)
			developerID := w.Join(t, workspaceID, dan, member.RoleDEVELOPER)
			first, second := ann.CreateMiniProgram(t, workspaceID, "小咖啡馆"), ann.CreateMiniProgram(t, workspaceID, "大咖啡馆")
			w.Assign(t, developerID, first)
			return contest{
				workspaceID: workspaceID,
				one:         raceSends(t, ann, "removeMember", raceMember(developerID)),
				other: raceSends(t, max.At(there), "assignMiniPrograms",
					raceMember(developerID).With("miniProgramIds", []string{first, second})),
				may: map[string]string{
					"done / done":                  "ann OWNER of 2, max MASTER, dan DEVELOPER REMOVED, 小咖啡馆, 大咖啡馆: assignMiniPrograms, removeMember",
					"done / WRONG_STATUS memberId": "ann OWNER of 2, max MASTER, dan DEVELOPER REMOVED, 小咖啡馆, 大咖啡馆: removeMember",
				},
			}
		}
	})
}

func TestAWorkspaceWithAMiniProgramIsNeverDeleted(t *testing.T) {
	race(t, func(t *testing.T, w, there *apitest.World) func(int) contest {
		ann, max := w.SignUp(t, "ann"), w.SignUp(t, "max")
		return func(round int) contest {
			workspaceID := ann.CreateWorkspace(t, "Coffee")
			w.Join(t, workspaceID, max, member.RoleMASTER)
			by, left := ann, "ann OWNER of 1, max MASTER, 小咖啡馆: createMiniProgram"
			if round/2%2 == 0 {
				by, left = max, "ann OWNER, max MASTER of 1, 小咖啡馆: createMiniProgram"
			}
			return contest{
				workspaceID: workspaceID,
				one:         raceSends(t, ann, "deleteWorkspace", raceWorkspace(workspaceID)),
				other:       raceSends(t, by.At(there), "createMiniProgram", apitest.CreateInput(workspaceID)),
				may: map[string]string{
					"NOT_EMPTY workspaceId / done": left,
					"done / NOT_FOUND":             "ann OWNER REMOVED, max MASTER REMOVED, deleted: deleteWorkspace",
				},
				then: func(outcome string) {
					if outcome == "done / NOT_FOUND" {
						raceRefused(t, by, "NOT_FOUND", "createMiniProgram", apitest.CreateInput(workspaceID))
					}
				},
			}
		}
	})
}

func TestNobodyIsInvitedToAWorkspaceThatIsDeletedMeanwhile(t *testing.T) {
	race(t, func(t *testing.T, w, there *apitest.World) func(int) contest {
		ann, max := w.SignUp(t, "ann"), w.SignUp(t, "max")
		return func(round int) contest {
			workspaceID := ann.CreateWorkspace(t, "Coffee")
			w.Join(t, workspaceID, max, member.RoleMASTER)
			return contest{
				workspaceID: workspaceID,
				one:         raceSends(t, ann, "deleteWorkspace", raceWorkspace(workspaceID)),
				other:       raceSends(t, max.At(there), "inviteMembers", raceInvites(workspaceID, "eva", "eva@example.com")),
				may: map[string]string{
					"done / done":      "ann OWNER REMOVED, max MASTER REMOVED, eva is WITHDRAWN, deleted: inviteMembers, deleteWorkspace",
					"done / NOT_FOUND": "ann OWNER REMOVED, max MASTER REMOVED, deleted: deleteWorkspace",
				},
				then: func(string) {
					if letters, left := w.Letters(t), waiting(t, w); len(letters) != 0 || left != 0 {
						t.Errorf("round %d: %d letters, %d mails wait", round, len(letters), left)
					}
				},
			}
		}
	})
}

func TestAWorkspaceSendsFiftyInvitationsADayHoweverManyInviteAtOnce(t *testing.T) {
	apitest.RunWith(t, raceOptions, func(t *testing.T, w *apitest.World) {
		there := w.Another(t)
		ann, max := w.SignUp(t, "ann"), w.SignUp(t, "max")
		workspaceID := ann.CreateWorkspace(t, "Coffee")
		w.Join(t, workspaceID, max, member.RoleMASTER)
		outcomes := map[string]int{}
		people := []*apitest.Person{ann, ann.At(there), max, max.At(there)}
		for _, answer := range apitest.AtOnce(8, func(i int) *apitest.Answer {
			var invitations []apitest.Vars
			for n := range 10 {
				invitations = append(invitations, apitest.Vars{"name": "eva", "email": fmt.Sprintf("eva%d.%d@example.com", i, n), "role": "MASTER"})
			}
			return raceSends(t, people[i%4], "inviteMembers", apitest.Vars{"workspaceId": workspaceID, "invitations": invitations})()
		}) {
			outcomes[raceTold(t, answer)]++
		}
		if outcomes["done"] != 5 || outcomes["RATE_LIMITED"] != 3 {
			t.Errorf("outcomes %v", outcomes)
		}
		raceRefused(t, ann, "RATE_LIMITED", "inviteMembers", raceInvites(workspaceID, "eva", "eva@example.com"))
		rows, letters := w.Client.Invitation.Query().Where(invitation.StatusEQ(invitation.StatusINVITED)).CountX(t.Context()), len(w.Letters(t))
		if rows != 50 || letters != 50 {
			t.Errorf("%d invitations, %d letters", rows, letters)
		}
		raceNoDeadlocks(t, w, there)
	})
}

func TestACrowdThatChangesOneWorkspaceAtOnceLeavesItWhole(t *testing.T) {
	apitest.RunWith(t, raceOptions, func(t *testing.T, w *apitest.World) {
		there := w.Another(t)
		ann, eva := w.SignUp(t, "ann"), w.SignUp(t, "eva")
		var masters []*apitest.Person
		for i := range 6 {
			masters = append(masters, w.SignUp(t, fmt.Sprint("max", i)))
		}
		for round := range raceRounds / 2 {
			workspaceID, invitationID, token := invitedToRace(t, w, ann, "eva", eva.Email)
			var ids []string
			for _, p := range masters {
				ids = append(ids, w.Join(t, workspaceID, p, member.RoleMASTER))
			}
			crowd := []func() *apitest.Answer{
				raceSends(t, ann, "transferOwnership", raceTransfer(ids[0])),
				raceSends(t, masters[0].At(there), "renameWorkspace", raceWorkspace(workspaceID).With("name", "Tea")),
				raceSends(t, ann.At(there), "removeMember", raceMember(ids[1])),
				raceSends(t, masters[1], "createMiniProgram", apitest.CreateInput(workspaceID)),
				raceSends(t, ann, "blockMember", raceMember(ids[2])),
				raceSends(t, masters[2].At(there), "createMiniProgram", apitest.CreateInput(workspaceID).With("name", "大咖啡馆")),
				raceSends(t, ann.At(there), "changeMemberRole", raceMember(ids[3]).With("role", "DEVELOPER")),
				raceSends(t, masters[3], "inviteMembers", raceInvites(workspaceID, "eve", "eve@example.com")),
				raceSends(t, masters[4], "leaveWorkspace", raceWorkspace(workspaceID)),
				raceSends(t, eva.At(there), "acceptInvitation", raceToken(token)),
				raceSends(t, masters[5], "resendInvitation", raceInvitation(invitationID)),
				raceSends(t, ann, "deleteWorkspace", raceWorkspace(workspaceID)),
			}
			noted := w.Client.AuditEvent.Query().Where(auditevent.WorkspaceID(workspaceID)).CountX(t.Context())
			done := 0
			for i, answer := range apitest.AtOnce(len(crowd), func(i int) *apitest.Answer { return crowd[(i+round)%len(crowd)]() }) {
				switch told := raceTold(t, answer); told {
				case "done":
					done++
				case "FORBIDDEN", "NOT_FOUND", "INVALID_TOKEN token", "NOT_EMPTY workspaceId", "WRONG_STATUS memberId", "WRONG_STATUS invitationId",
					"ALREADY_MEMBER invitationId", "WRONG_ROLE memberId":
				default:
					t.Errorf("round %d: request %d was told %s", round, (i+round)%len(crowd), told)
				}
			}
			stands := raceStanding(t, w, workspaceID, noted)
			_, events, _ := strings.Cut(stands, ": ")
			if len(strings.Split(events, ", ")) != done || strings.Count(stands, " OWNER") != 1 {
				t.Errorf("round %d: %d were done: %s", round, done, stands)
			}
			if strings.Contains(stands, "deleted") && (strings.Contains(stands, "馆") || strings.Contains(stands, "INVITED")) {
				t.Errorf("round %d: deleted, and yet %s", round, stands)
			}
		}
		raceNoDeadlocks(t, w, there)
	})
}
