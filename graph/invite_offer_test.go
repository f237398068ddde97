package graph_test

import (
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"minidock/internal/apitest"
	hashes "minidock/internal/token"
)

const offerQuery = `query($token: String!) {
	invitation(token: $token) { workspaceName inviterName name email role miniProgramNames expiresAt hasAccount }
}`

// offersNothing makes sure that a token tells what a token tells that never was.
func offersNothing(t *testing.T, w *apitest.World, token string) {
	t.Helper()
	never := w.Visitor(t).Do(t, offerQuery, apitest.Vars{"token": strings.Repeat("x", 43)})
	if len(never.Errors) != 0 || never.Get("invitation") != nil {
		t.Fatalf("a token that never was: %s", never.Body)
	}
	if answer := w.Visitor(t).Do(t, offerQuery, apitest.Vars{"token": token}); answer.Body != never.Body || answer.Status != never.Status {
		t.Errorf("a token that should be good for nothing: %s", answer.Body)
	}
}

// isOpenStill makes sure that a token can still be used.
func isOpenStill(t *testing.T, w *apitest.World, token string) {
	t.Helper()
	if answer := w.Visitor(t).Do(t, offerQuery, apitest.Vars{"token": token}); answer.Get("invitation") == nil || len(answer.Errors) != 0 {
		t.Errorf("a token that should be good: %s", answer.Body)
	}
}

func TestATokenTellsWhatItOffersToSomebodySignedOut(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		w.SignUp(t, "eva")
		w.SignUp(t, "stranger").CreateWorkspace(t, "Elsewhere")
		answer := askToInvite(t, s.owner, s.id, inviteDeveloper("tom@bücher.example", s.tea, s.coffee).With("name", "Tom"), inviteMaster("Eva@example.com"))
		done(t, answer, "inviteMembers")
		for i, want := range []map[string]any{
			{"name": "Tom", "email": "tom@xn--bcher-kva.example", "role": "DEVELOPER", "miniProgramNames": []any{"Coffee", "Tea"}, "hasAccount": false},
			{"name": "Somebody", "email": "eva@example.com", "role": "MASTER", "miniProgramNames": []any{}, "hasAccount": true},
		} {
			maps.Copy(want, map[string]any{
				"workspaceName": "Coffee House", "inviterName": "ann", "expiresAt": answer.Get(fmt.Sprintf("inviteMembers.invitations.%d.expiresAt", i)),
			})
			token := w.LetterTo(t, want["email"].(string)).Token(t)
			inviteUnchanged(t, w, func() *apitest.Answer {
				offer := w.Visitor(t).Do(t, offerQuery, apitest.Vars{"token": token})
				if !reflect.DeepEqual(offer.Get("invitation"), want) || len(offer.Errors) != 0 {
					t.Errorf("%s, want %v", offer.Body, want)
				}
				return offer
			})
		}
	})
}

func TestATokenThatIsGoodForNothingOffersNothing(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		ids := invitePeople(t, s.owner, s.id, inviteMasters(4, "max")...)
		var tokens []string
		for i := range ids {
			tokens = append(tokens, w.LetterTo(t, fmt.Sprintf("max%d@example.com", i)).Token(t))
			isOpenStill(t, w, tokens[i])
		}
		acceptsAnew(t, w, tokens[0], "Max")
		done(t, s.owner.Do(t, withdrawMutation, apitest.Vars{"id": ids[1]}), "withdrawInvitation")
		done(t, s.owner.Do(t, resendMutation, apitest.Vars{"id": ids[2]}), "resendInvitation")
		w.LetterTo(t, "max2@example.com")
		w.Advance(72 * time.Hour)
		hash := hashes.Hash(tokens[3])
		for _, sent := range append(tokens, "", " ", "x", "\x00", tokens[3]+"\x00", tokens[3]+"x", strings.ToUpper(tokens[3]), ids[3], hash, "' OR 1=1 --", "用户",
			strings.Repeat("x", 9000)) {
			offersNothing(t, w, sent)
			want := "INVALID_TOKEN token"
			if sent == "" {
				want = "BLANK token"
			}
			inviteUnchanged(t, w, func() *apitest.Answer {
				answer := acceptPlace(t, w.Visitor(t), acceptInput(sent, apitest.Password, "Max"))
				acceptRefused(t, answer, want)
				return answer
			})
		}
	})
}

func TestTheTokenOfAnInvitationIsKeptByItsHashOnly(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		one := invitePeople(t, s.owner, s.id, inviteMaster("eva@example.com"))[0]
		first := w.LetterTo(t, "eva@example.com").Token(t)
		done(t, s.owner.Do(t, resendMutation, apitest.Vars{"id": one}), "resendInvitation")
		second := w.LetterTo(t, "eva@example.com").Token(t)
		hash := hashes.Hash(second)
		if kept := w.Client.Invitation.GetX(t.Context(), one).TokenHash; kept == nil || *kept != hash {
			t.Error("the hash is not that of the last token")
		}
		if kept := w.Stored(t); !strings.Contains(kept, hash) || strings.Contains(kept, first) || strings.Contains(kept, second) {
			t.Error("a token is kept, or not even its hash")
		}
		if told := s.owner.Do(t, inviteNodeQuery, apitest.Vars{"id": one}); strings.Contains(told.Body, hash) || strings.Contains(told.Body, second) {
			t.Errorf("the inviter is told: %s", told.Body)
		}
		acceptsAnew(t, w, second, "Eva")
		if w.Client.Invitation.GetX(t.Context(), one).TokenHash != nil {
			t.Error("the hash stays after the token is used")
		}
		w.Stop()
		kept, logged := w.Stored(t), w.Log.String()
		for _, token := range []string{first, second} {
			if strings.Contains(kept, token) || strings.Contains(logged, token) {
				t.Error("a token is kept or logged")
			}
		}
		for _, secret := range []string{hash, "eva@example.com"} {
			if strings.Contains(logged, secret) {
				t.Errorf("%s is logged", secret)
			}
		}
	})
}
