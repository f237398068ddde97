package api_test

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
	answer := owner.Mutate(t, "inviteMembers", invitationInput(workspaceID, name, email)).Succeeded(t)
	return workspaceID, answer.String(t, "inviteMembers.invitations.0.id"), w.LetterTo(t, email).Token(t)
}

func tokenInput(token string) apitest.Vars { return apitest.Vars{"token": token} }

func invitationIDInput(invitationID string) apitest.Vars {
	return apitest.Vars{"invitationId": invitationID}
}

func TestRaceOfTwoNewcomersWithOneToken(t *testing.T) {
	apitest.Race(t, func(t *testing.T, w, there *apitest.World) func(int) apitest.Contest {
		ann := w.SignUp(t, "ann")
		return func(round int) apitest.Contest {
			email := fmt.Sprintf("eva%d@example.com", round)
			workspaceID, _, token := invitedToRace(t, w, ann, "eva", email)
			newcomer := func(name string) apitest.Vars {
				return apitest.Vars{"token": token, "password": apitest.Password, "displayName": name}
			}
			one, other := w.Visitor(t), there.Visitor(t)
			onesPlace := "ann OWNER, one MASTER, eva is ACCEPTED: acceptInvitation"
			othersPlace := "ann OWNER, other MASTER, eva is ACCEPTED: acceptInvitation"
			return apitest.Contest{
				WorkspaceID: workspaceID,
				One:         one.Sends(t, "acceptInvitation", newcomer("one")),
				Other:       other.Sends(t, "acceptInvitation", newcomer("other")),
				May: map[string]string{
					"done / INVALID_TOKEN token": onesPlace, "done / SIGN_IN_REQUIRED": onesPlace,
					"INVALID_TOKEN token / done": othersPlace, "SIGN_IN_REQUIRED / done": othersPlace,
				},
				Then: func(string) {
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

func TestRaceOfAcceptingTwice(t *testing.T) {
	apitest.Race(t, func(t *testing.T, w, there *apitest.World) func(int) apitest.Contest {
		ann, eva := w.SignUp(t, "ann"), w.SignUp(t, "eva")
		return func(int) apitest.Contest {
			workspaceID, _, token := invitedToRace(t, w, ann, "eva", eva.Email)
			return apitest.Contest{
				WorkspaceID: workspaceID,
				One:         eva.Sends(t, "acceptInvitation", tokenInput(token)),
				Other:       eva.At(there).Sends(t, "acceptInvitation", tokenInput(token)),
				May: apitest.Mirrored(map[string]string{
					"done / INVALID_TOKEN token": "ann OWNER, eva MASTER, eva is ACCEPTED: acceptInvitation",
				}),
			}
		}
	})
}

// An invitation is for the user who has the address when it is accepted, not for the one who had it a moment before.
func TestRaceOfAcceptingAndChangingTheAddress(t *testing.T) {
	apitest.Race(t, func(t *testing.T, w, there *apitest.World) func(int) apitest.Contest {
		ann, eva := w.SignUp(t, "ann"), w.SignUp(t, "eva")
		address := eva.Email
		return func(round int) apitest.Contest {
			workspaceID, _, token := invitedToRace(t, w, ann, "eva", address)
			next := fmt.Sprintf("eva%d@example.com", round)
			confirmation := eva.EmailToken(t, next)
			address = next
			return apitest.Contest{
				WorkspaceID: workspaceID,
				One:         eva.Sends(t, "acceptInvitation", tokenInput(token)),
				Other:       w.Visitor(t).At(there).Sends(t, "confirmEmail", tokenInput(confirmation)),
				Tables:      []string{"members"},
				May: map[string]string{
					"done / done":                "ann OWNER, eva MASTER, eva is ACCEPTED: acceptInvitation",
					"OTHER_ACCOUNT token / done": "ann OWNER, eva is INVITED: ",
				},
				Then: func(outcome string) {
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

func TestRaceOfAcceptingAndWithdrawing(t *testing.T) {
	apitest.Race(t, func(t *testing.T, w, there *apitest.World) func(int) apitest.Contest {
		ann, eva := w.SignUp(t, "ann"), w.SignUp(t, "eva")
		return func(int) apitest.Contest {
			workspaceID, invitationID, token := invitedToRace(t, w, ann, "eva", eva.Email)
			return apitest.Contest{
				WorkspaceID: workspaceID,
				One:         eva.At(there).Sends(t, "acceptInvitation", tokenInput(token)),
				Other:       ann.Sends(t, "withdrawInvitation", invitationIDInput(invitationID)),
				May: map[string]string{
					"done / WRONG_STATUS invitationId": "ann OWNER, eva MASTER, eva is ACCEPTED: acceptInvitation",
					"INVALID_TOKEN token / done":       "ann OWNER, eva is WITHDRAWN: withdrawInvitation",
				},
			}
		}
	})
}

func TestRaceOfAcceptingAndSendingAgain(t *testing.T) {
	apitest.Race(t, func(t *testing.T, w, there *apitest.World) func(int) apitest.Contest {
		ann, eva := w.SignUp(t, "ann"), w.SignUp(t, "eva")
		return func(round int) apitest.Contest {
			workspaceID, invitationID, token := invitedToRace(t, w, ann, "eva", eva.Email)
			letters := len(w.Letters(t))
			return apitest.Contest{
				WorkspaceID: workspaceID,
				One:         eva.Sends(t, "acceptInvitation", tokenInput(token)),
				Other:       ann.At(there).Sends(t, "resendInvitation", invitationIDInput(invitationID)),
				May: map[string]string{
					"done / ALREADY_MEMBER invitationId": "ann OWNER, eva MASTER, eva is ACCEPTED: acceptInvitation",
					"done / WRONG_STATUS invitationId":   "ann OWNER, eva MASTER, eva is ACCEPTED: acceptInvitation",
					"INVALID_TOKEN token / done":         "ann OWNER, eva is INVITED: resendInvitation",
				},
				Then: func(outcome string) {
					more := w.Letters(t)[letters:]
					if outcome != "INVALID_TOKEN token / done" {
						if len(more) != 0 {
							t.Errorf("round %d: a letter to a member", round)
						}
						return
					}
					eva.Mutate(t, "acceptInvitation", tokenInput(more[0].Token(t))).Succeeded(t)
				},
			}
		}
	})
}

func TestRaceOfAcceptingAndDeletingTheWorkspace(t *testing.T) {
	apitest.Race(t, func(t *testing.T, w, there *apitest.World) func(int) apitest.Contest {
		ann, eva := w.SignUp(t, "ann"), w.SignUp(t, "eva")
		return func(round int) apitest.Contest {
			workspaceID, _, token := invitedToRace(t, w, ann, "eva", eva.Email)
			return apitest.Contest{
				WorkspaceID: workspaceID,
				One:         eva.Sends(t, "acceptInvitation", tokenInput(token)),
				Other:       ann.At(there).Sends(t, "deleteWorkspace", workspaceInput(workspaceID)),
				May: map[string]string{
					"done / done":                "ann OWNER REMOVED, eva MASTER REMOVED, eva is ACCEPTED, deleted: acceptInvitation, deleteWorkspace",
					"INVALID_TOKEN token / done": "ann OWNER REMOVED, eva is WITHDRAWN, deleted: deleteWorkspace",
				},
				Then: func(string) {
					raceRefused(t, eva, "NOT_FOUND", "renameWorkspace", apitest.Vars{"workspaceId": workspaceID, "name": "Eva's"})
				},
			}
		}
	})
}

// raceRefused makes sure that a mutation after a race is refused with this code.
func raceRefused(t *testing.T, p *apitest.Person, code, mutation string, input apitest.Vars) {
	t.Helper()
	if got := p.Sends(t, mutation, input)().Outcome(t); got != code {
		t.Errorf("%s afterwards: %s, want %s", mutation, got, code)
	}
}

func TestRaceOfAcceptingAndInvitingAgain(t *testing.T) {
	apitest.Race(t, func(t *testing.T, w, there *apitest.World) func(int) apitest.Contest {
		ann, eva := w.SignUp(t, "ann"), w.SignUp(t, "eva")
		return func(round int) apitest.Contest {
			workspaceID, _, token := invitedToRace(t, w, ann, "eva", eva.Email)
			cameIn := "ann OWNER, eva MASTER, eva is ACCEPTED: acceptInvitation"
			return apitest.Contest{
				WorkspaceID: workspaceID,
				One:         eva.At(there).Sends(t, "acceptInvitation", tokenInput(token)),
				Other:       ann.Sends(t, "inviteMembers", invitationInput(workspaceID, "eve", eva.Email)),
				May: map[string]string{
					"done / ALREADY_INVITED invitations.0.email": cameIn, "done / ALREADY_MEMBER invitations.0.email": cameIn,
				},
				Then: func(string) {
					if n := w.WaitingMails(t); n != 0 {
						t.Errorf("round %d: %d mails wait", round, n)
					}
				},
			}
		}
	})
}

func TestRaceOfTwoInvitationsToOneAddress(t *testing.T) {
	apitest.Race(t, func(t *testing.T, w, there *apitest.World) func(int) apitest.Contest {
		ann, max := w.SignUp(t, "ann"), w.SignUp(t, "max")
		return func(round int) apitest.Contest {
			workspaceID := ann.CreateWorkspace(t, "Coffee")
			w.Join(t, workspaceID, max, member.RoleMASTER)
			letters := len(w.Letters(t))
			return apitest.Contest{
				WorkspaceID: workspaceID,
				One:         ann.Sends(t, "inviteMembers", invitationInput(workspaceID, "one", "eva@example.com")),
				Other:       max.At(there).Sends(t, "inviteMembers", invitationInput(workspaceID, "other", "EVA@example.com")),
				May: map[string]string{
					"done / ALREADY_INVITED invitations.0.email": "ann OWNER, max MASTER, one is INVITED: inviteMembers",
					"ALREADY_INVITED invitations.0.email / done": "ann OWNER, max MASTER, other is INVITED: inviteMembers",
				},
				Then: func(string) {
					if n := len(w.Letters(t)) - letters; n != 1 {
						t.Errorf("round %d: %d letters", round, n)
					}
				},
			}
		}
	})
}

func TestRaceOfSendingAgainTwice(t *testing.T) {
	apitest.Race(t, func(t *testing.T, w, there *apitest.World) func(int) apitest.Contest {
		ann, max, eva := w.SignUp(t, "ann"), w.SignUp(t, "max"), w.SignUp(t, "eva")
		return func(round int) apitest.Contest {
			workspaceID, invitationID, token := invitedToRace(t, w, ann, "eva", eva.Email)
			w.Join(t, workspaceID, max, member.RoleMASTER)
			letters := len(w.Letters(t))
			return apitest.Contest{
				WorkspaceID: workspaceID,
				One:         ann.Sends(t, "resendInvitation", invitationIDInput(invitationID)),
				Other:       max.At(there).Sends(t, "resendInvitation", invitationIDInput(invitationID)),
				May: map[string]string{
					"done / done": "ann OWNER, max MASTER, eva is INVITED: resendInvitation, resendInvitation",
				},
				Then: func(string) {
					more := w.Letters(t)[letters:]
					if len(more) != 1 {
						t.Fatalf("round %d: %d letters", round, len(more))
					}
					raceRefused(t, eva, "INVALID_TOKEN token", "acceptInvitation", tokenInput(token))
					eva.Mutate(t, "acceptInvitation", tokenInput(more[0].Token(t))).Succeeded(t)
				},
			}
		}
	})
}

// A mail that was delivered without the server coming to know of it is sent again.
func TestRaceOfAcceptingAndDeliveringTheMailAgain(t *testing.T) {
	apitest.Race(t, func(t *testing.T, w, there *apitest.World) func(int) apitest.Contest {
		ann, eva := w.SignUp(t, "ann"), w.SignUp(t, "eva")
		return func(round int) apitest.Contest {
			workspaceID, invitationID, token := invitedToRace(t, w, ann, "eva", eva.Email)
			key := fmt.Sprint("eml_", round)
			w.Client.Mail.Create().SetID(key).SetKind(mail.KindINVITATION).SetTo(eva.Email).SetAbout(invitationID).
				SetLanguage("en").SetCreatedAt(w.Now()).ExecX(t.Context())
			w.Client.Job.Create().SetID(fmt.Sprint("job_", round)).SetKind("mail").SetAbout(key).SetDueAt(w.Now()).SetCreatedAt(w.Now()).ExecX(t.Context())
			accept := eva.Sends(t, "acceptInvitation", tokenInput(token))
			return apitest.Contest{
				WorkspaceID: workspaceID, Tables: []string{"mails", "invitations"},
				One: accept,
				Other: func() *apitest.Answer {
					if err := there.Server.SendMail(t.Context()); err != nil {
						t.Error(err)
					}
					return nil
				},
				May: map[string]string{
					"done / done":                "ann OWNER, eva MASTER, eva is ACCEPTED: acceptInvitation",
					"INVALID_TOKEN token / done": "ann OWNER, eva is INVITED: ",
				},
				Then: func(string) {
					if n := w.WaitingMails(t); n != 0 {
						t.Errorf("round %d: %d mails wait", round, n)
					}
				},
			}
		}
	})
}

func TestRaceOfTwoTransfersKeepsOneOwner(t *testing.T) {
	apitest.Race(t, func(t *testing.T, w, there *apitest.World) func(int) apitest.Contest {
		ann, max, mia := w.SignUp(t, "ann"), w.SignUp(t, "max"), w.SignUp(t, "mia")
		return func(round int) apitest.Contest {
			workspaceID := ann.CreateWorkspace(t, "Coffee")
			toMax, toMia := w.Join(t, workspaceID, max, member.RoleMASTER), w.Join(t, workspaceID, mia, member.RoleMASTER)
			return apitest.Contest{
				WorkspaceID: workspaceID,
				One:         ann.Sends(t, "transferOwnership", transferInput(toMax)),
				Other:       ann.At(there).Sends(t, "transferOwnership", transferInput(toMia)),
				May: map[string]string{
					"done / FORBIDDEN": "ann MASTER, max OWNER, mia MASTER: transferOwnership",
					"FORBIDDEN / done": "ann MASTER, max MASTER, mia OWNER: transferOwnership",
				},
				Meanwhile: func() {
					if n := w.Client.Member.Query().Where(member.WorkspaceID(workspaceID), member.RoleEQ(member.RoleOWNER)).CountX(t.Context()); n != 1 {
						t.Errorf("round %d: %d owners", round, n)
					}
				},
			}
		}
	})
}

func TestRaceOfATransferAndAChangeOfTheNewOwner(t *testing.T) {
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

func TestRaceOfDeletingAWorkspaceAndChangingItsMembers(t *testing.T) {
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

func TestRaceOfEndingAMembershipTwice(t *testing.T) {
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

func TestRaceOfBlockingAndUnblocking(t *testing.T) {
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
			apitest.Race(t, func(t *testing.T, w, there *apitest.World) func(int) apitest.Contest {
				ann, max := w.SignUp(t, "ann"), w.SignUp(t, "max")
				return func(int) apitest.Contest {
					workspaceID := ann.CreateWorkspace(t, "Coffee")
					input := raceInput(workspaceID, w.Join(t, workspaceID, max, member.RoleMASTER))
					by := ann
					if other == "leaveWorkspace" {
						by = max
					}
					return apitest.Contest{
						WorkspaceID: workspaceID, May: may,
						One:   ann.At(there).Sends(t, mutation, input(mutation)),
						Other: by.Sends(t, other, input(other)),
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
			return workspaceInput(workspaceID)
		case "transferOwnership":
			return transferInput(memberID)
		case "changeMemberRole":
			return apitest.MemberInput(memberID).With("role", "DEVELOPER")
		default:
			return apitest.MemberInput(memberID)
		}
	}
}

func TestRaceOfCreatingAndLosingTheRole(t *testing.T) {
	t.Parallel()
	for mutation, c := range map[string]struct{ code, before, after string }{
		"changeMemberRole": {"FORBIDDEN", "ann OWNER, max DEVELOPER of 1, 小咖啡馆", "ann OWNER, max DEVELOPER"},
		"blockMember":      {"NOT_FOUND", "ann OWNER, max MASTER BLOCKED of 1, 小咖啡馆", "ann OWNER, max MASTER BLOCKED"},
		"removeMember":     {"NOT_FOUND", "ann OWNER, max MASTER REMOVED, 小咖啡馆", "ann OWNER, max MASTER REMOVED"},
	} {
		t.Run(mutation, func(t *testing.T) {
			apitest.Race(t, func(t *testing.T, w, there *apitest.World) func(int) apitest.Contest {
				ann, max := w.SignUp(t, "ann"), w.SignUp(t, "max")
				return func(round int) apitest.Contest {
					workspaceID := ann.CreateWorkspace(t, "Coffee")
					input := raceInput(workspaceID, w.Join(t, workspaceID, max, member.RoleMASTER))
					return apitest.Contest{
						WorkspaceID: workspaceID,
						One:         ann.At(there).Sends(t, mutation, input(mutation)),
						Other:       max.Sends(t, "createMiniProgram", apitest.CreateInput(workspaceID)),
						May: map[string]string{
							"done / done":      c.before + ": createMiniProgram, " + mutation,
							"done / " + c.code: c.after + ": " + mutation,
						},
						Then: func(string) {
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

func TestRaceOfUpdatingAndBeingRemoved(t *testing.T) {
	apitest.Race(t, func(t *testing.T, w, there *apitest.World) func(int) apitest.Contest {
		ann, max := w.SignUp(t, "ann"), w.SignUp(t, "max")
		return func(int) apitest.Contest {
			workspaceID := ann.CreateWorkspace(t, "Coffee")
			masterID := w.Join(t, workspaceID, max, member.RoleMASTER)
			renamed := apitest.Vars{"miniProgramId": ann.CreateMiniProgram(t, workspaceID, "小咖啡馆"), "name": "大咖啡馆"}
			return apitest.Contest{
				WorkspaceID: workspaceID,
				One:         ann.Sends(t, "removeMember", apitest.MemberInput(masterID)),
				Other:       max.At(there).Sends(t, "updateMiniProgram", renamed),
				May: map[string]string{
					"done / done":      "ann OWNER of 1, max MASTER REMOVED, 大咖啡馆: updateMiniProgram, removeMember",
					"done / NOT_FOUND": "ann OWNER of 1, max MASTER REMOVED, 小咖啡馆: removeMember",
				},
				Then: func(string) {
					raceRefused(t, max, "NOT_FOUND", "updateMiniProgram", renamed.With("name", "新咖啡馆"))
				},
			}
		}
	})
}

func TestRaceOfAssigningAndRemovingADeveloper(t *testing.T) {
	apitest.Race(t, func(t *testing.T, w, there *apitest.World) func(int) apitest.Contest {
		ann, max, dan := w.SignUp(t, "ann"), w.SignUp(t, "max"), w.SignUp(t, "dan")
		return func(int) apitest.Contest {
			workspaceID := ann.CreateWorkspace(t, "Coffee")
			w.Join(t, workspaceID, max, member.RoleMASTER)
			developerID := w.Join(t, workspaceID, dan, member.RoleDEVELOPER)
			first, second := ann.CreateMiniProgram(t, workspaceID, "小咖啡馆"), ann.CreateMiniProgram(t, workspaceID, "大咖啡馆")
			w.Assign(t, developerID, first)
			return apitest.Contest{
				WorkspaceID: workspaceID,
				One:         ann.Sends(t, "removeMember", apitest.MemberInput(developerID)),
				Other:       max.At(there).Sends(t, "assignMiniPrograms", apitest.MemberInput(developerID).With("miniProgramIds", []string{first, second})),
				May: map[string]string{
					"done / done":                  "ann OWNER of 2, max MASTER, dan DEVELOPER REMOVED, 小咖啡馆, 大咖啡馆: assignMiniPrograms, removeMember",
					"done / WRONG_STATUS memberId": "ann OWNER of 2, max MASTER, dan DEVELOPER REMOVED, 小咖啡馆, 大咖啡馆: removeMember",
				},
			}
		}
	})
}

func TestRaceOfCreatingAMiniProgramAndDeletingTheWorkspace(t *testing.T) {
	apitest.Race(t, func(t *testing.T, w, there *apitest.World) func(int) apitest.Contest {
		ann, max := w.SignUp(t, "ann"), w.SignUp(t, "max")
		return func(round int) apitest.Contest {
			workspaceID := ann.CreateWorkspace(t, "Coffee")
			w.Join(t, workspaceID, max, member.RoleMASTER)
			by, left := ann, "ann OWNER of 1, max MASTER, 小咖啡馆: createMiniProgram"
			if round/2%2 == 0 {
				by, left = max, "ann OWNER, max MASTER of 1, 小咖啡馆: createMiniProgram"
			}
			return apitest.Contest{
				WorkspaceID: workspaceID,
				One:         ann.Sends(t, "deleteWorkspace", workspaceInput(workspaceID)),
				Other:       by.At(there).Sends(t, "createMiniProgram", apitest.CreateInput(workspaceID)),
				May: map[string]string{
					"NOT_EMPTY workspaceId / done": left,
					"done / NOT_FOUND":             "ann OWNER REMOVED, max MASTER REMOVED, deleted: deleteWorkspace",
				},
				Then: func(outcome string) {
					if outcome == "done / NOT_FOUND" {
						raceRefused(t, by, "NOT_FOUND", "createMiniProgram", apitest.CreateInput(workspaceID))
					}
				},
			}
		}
	})
}

func TestRaceOfInvitingAndDeletingTheWorkspace(t *testing.T) {
	apitest.Race(t, func(t *testing.T, w, there *apitest.World) func(int) apitest.Contest {
		ann, max := w.SignUp(t, "ann"), w.SignUp(t, "max")
		return func(round int) apitest.Contest {
			workspaceID := ann.CreateWorkspace(t, "Coffee")
			w.Join(t, workspaceID, max, member.RoleMASTER)
			return apitest.Contest{
				WorkspaceID: workspaceID,
				One:         ann.Sends(t, "deleteWorkspace", workspaceInput(workspaceID)),
				Other:       max.At(there).Sends(t, "inviteMembers", invitationInput(workspaceID, "eva", "eva@example.com")),
				May: map[string]string{
					"done / done":      "ann OWNER REMOVED, max MASTER REMOVED, eva is WITHDRAWN, deleted: inviteMembers, deleteWorkspace",
					"done / NOT_FOUND": "ann OWNER REMOVED, max MASTER REMOVED, deleted: deleteWorkspace",
				},
				Then: func(string) {
					if letters, left := w.Letters(t), w.WaitingMails(t); len(letters) != 0 || left != 0 {
						t.Errorf("round %d: %d letters, %d mails wait", round, len(letters), left)
					}
				},
			}
		}
	})
}

func TestSimultaneousInvitationsShareTheDailyLimit(t *testing.T) {
	apitest.RunWith(t, apitest.RaceOptions, func(t *testing.T, w *apitest.World) {
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
			return people[i%4].Sends(t, "inviteMembers", apitest.Vars{"workspaceId": workspaceID, "invitations": invitations})()
		}) {
			outcomes[answer.Outcome(t)]++
		}
		if outcomes["done"] != 5 || outcomes["RATE_LIMITED"] != 3 {
			t.Errorf("outcomes %v", outcomes)
		}
		raceRefused(t, ann, "RATE_LIMITED", "inviteMembers", invitationInput(workspaceID, "eva", "eva@example.com"))
		rows, letters := w.Client.Invitation.Query().Where(invitation.StatusEQ(invitation.StatusINVITED)).CountX(t.Context()), len(w.Letters(t))
		if rows != 50 || letters != 50 {
			t.Errorf("%d invitations, %d letters", rows, letters)
		}
		apitest.ExpectNoDeadlocks(t, w, there)
	})
}

func TestManySimultaneousChangesLeaveAWorkspaceConsistent(t *testing.T) {
	apitest.RunWith(t, apitest.RaceOptions, func(t *testing.T, w *apitest.World) {
		there := w.Another(t)
		ann, eva := w.SignUp(t, "ann"), w.SignUp(t, "eva")
		var masters []*apitest.Person
		for i := range 6 {
			masters = append(masters, w.SignUp(t, fmt.Sprint("max", i)))
		}
		for round := range apitest.RaceRounds / 2 {
			workspaceID, invitationID, token := invitedToRace(t, w, ann, "eva", eva.Email)
			var ids []string
			for _, p := range masters {
				ids = append(ids, w.Join(t, workspaceID, p, member.RoleMASTER))
			}
			crowd := []func() *apitest.Answer{
				ann.Sends(t, "transferOwnership", transferInput(ids[0])),
				masters[0].At(there).Sends(t, "renameWorkspace", workspaceInput(workspaceID).With("name", "Tea")),
				ann.At(there).Sends(t, "removeMember", apitest.MemberInput(ids[1])),
				masters[1].Sends(t, "createMiniProgram", apitest.CreateInput(workspaceID)),
				ann.Sends(t, "blockMember", apitest.MemberInput(ids[2])),
				masters[2].At(there).Sends(t, "createMiniProgram", apitest.CreateInput(workspaceID).With("name", "大咖啡馆")),
				ann.At(there).Sends(t, "changeMemberRole", apitest.MemberInput(ids[3]).With("role", "DEVELOPER")),
				masters[3].Sends(t, "inviteMembers", invitationInput(workspaceID, "eve", "eve@example.com")),
				masters[4].Sends(t, "leaveWorkspace", workspaceInput(workspaceID)),
				eva.At(there).Sends(t, "acceptInvitation", tokenInput(token)),
				masters[5].Sends(t, "resendInvitation", invitationIDInput(invitationID)),
				ann.Sends(t, "deleteWorkspace", workspaceInput(workspaceID)),
			}
			events := w.Client.AuditEvent.Query().Where(auditevent.WorkspaceID(workspaceID)).CountX(t.Context())
			done := 0
			for i, answer := range apitest.AtOnce(len(crowd), func(i int) *apitest.Answer { return crowd[(i+round)%len(crowd)]() }) {
				switch outcome := answer.Outcome(t); outcome {
				case "done":
					done++
				case "FORBIDDEN", "NOT_FOUND", "INVALID_TOKEN token", "NOT_EMPTY workspaceId", "WRONG_STATUS memberId", "WRONG_STATUS invitationId",
					"ALREADY_MEMBER invitationId", "WRONG_ROLE memberId":
				default:
					t.Errorf("round %d: request %d: %s", round, (i+round)%len(crowd), outcome)
				}
			}
			state := w.DescribeWorkspace(t, workspaceID, events)
			_, operations, _ := strings.Cut(state, ": ")
			if len(strings.Split(operations, ", ")) != done || strings.Count(state, " OWNER") != 1 {
				t.Errorf("round %d: %d were done: %s", round, done, state)
			}
			if strings.Contains(state, "deleted") && (strings.Contains(state, "馆") || strings.Contains(state, "INVITED")) {
				t.Errorf("round %d: deleted, but %s", round, state)
			}
		}
		apitest.ExpectNoDeadlocks(t, w, there)
	})
}

// invitationInput is an input that invites a person by this name to be a master.
func invitationInput(workspaceID, name, email string) apitest.Vars {
	return apitest.Vars{"workspaceId": workspaceID, "invitations": []apitest.Vars{{"name": name, "email": email, "role": "MASTER"}}}
}

func workspaceInput(workspaceID string) apitest.Vars { return apitest.Vars{"workspaceId": workspaceID} }

func transferInput(memberID string) apitest.Vars {
	return apitest.Vars{"memberId": memberID, "password": apitest.Password}
}
