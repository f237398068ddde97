package api_test

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

func TestATokenShowsItsInvitationToAVisitor(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		w.SignUp(t, "eva")
		w.SignUp(t, "stranger").CreateWorkspace(t, "Elsewhere")
		answer := s.Owner.RequestInvitations(t, s.ID, apitest.DeveloperInvitation("tom@bücher.example", s.Tea, s.Coffee).With("name", "Tom"), apitest.MasterInvitation("Eva@example.com")).Succeeded(t)
		for i, want := range []map[string]any{
			{"name": "Tom", "email": "tom@xn--bcher-kva.example", "role": "DEVELOPER", "miniProgramNames": []any{"Coffee", "Tea"}, "hasAccount": false},
			{"name": "Somebody", "email": "eva@example.com", "role": "MASTER", "miniProgramNames": []any{}, "hasAccount": true},
		} {
			maps.Copy(want, map[string]any{
				"workspaceName": "Coffee House", "inviterName": "ann", "expiresAt": answer.Get(fmt.Sprintf("inviteMembers.invitations.%d.expiresAt", i)),
			})
			token := w.LetterTo(t, want["email"].(string)).Token(t)
			w.Unchanged(t, func() *apitest.Answer {
				offer := w.Visitor(t).Do(t, apitest.InvitationQuery, apitest.Vars{"token": token})
				if !reflect.DeepEqual(offer.Get("invitation"), want) || len(offer.Errors) != 0 {
					t.Errorf("%s, want %v", offer.Body, want)
				}
				return offer
			})
		}
	})
}

func TestAnInvalidTokenShowsNoInvitation(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		ids := s.Owner.Invite(t, s.ID, apitest.MasterInvitations(4, "max")...)
		var tokens []string
		for i := range ids {
			tokens = append(tokens, w.LetterTo(t, fmt.Sprintf("max%d@example.com", i)).Token(t))
			w.ExpectOpenInvitation(t, tokens[i])
		}
		w.AcceptAsNewcomer(t, tokens[0], "Max")
		s.Owner.Mutate(t, "withdrawInvitation", apitest.Vars{"invitationId": ids[1]}).Succeeded(t)
		s.Owner.Mutate(t, "resendInvitation", apitest.Vars{"invitationId": ids[2]}).Succeeded(t)
		w.LetterTo(t, "max2@example.com")
		w.Advance(72 * time.Hour)
		hash := hashes.Hash(tokens[3])
		for _, sent := range append(tokens, "", " ", "x", "\x00", tokens[3]+"\x00", tokens[3]+"x", strings.ToUpper(tokens[3]), ids[3], hash, "' OR 1=1 --", "用户",
			strings.Repeat("x", 9000)) {
			w.ExpectNoInvitation(t, sent)
			want := "INVALID_TOKEN token"
			if sent == "" {
				want = "BLANK token"
			}
			w.Unchanged(t, func() *apitest.Answer {
				answer := w.Visitor(t).Mutate(t, "acceptInvitation", apitest.Acceptance(sent, apitest.Password, "Max"))
				answer.HasUserErrors(t, want)
				return answer
			})
		}
	})
}

func TestAnInvitationTokenIsStoredByItsHashOnly(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		one := s.Owner.Invite(t, s.ID, apitest.MasterInvitation("eva@example.com"))[0]
		first := w.LetterTo(t, "eva@example.com").Token(t)
		s.Owner.Mutate(t, "resendInvitation", apitest.Vars{"invitationId": one}).Succeeded(t)
		second := w.LetterTo(t, "eva@example.com").Token(t)
		hash := hashes.Hash(second)
		if kept := w.Client.Invitation.GetX(t.Context(), one).TokenHash; kept == nil || *kept != hash {
			t.Error("the hash is not that of the last token")
		}
		if kept := w.Stored(t); !strings.Contains(kept, hash) || strings.Contains(kept, first) || strings.Contains(kept, second) {
			t.Error("a token is kept, or not even its hash")
		}
		if shown := s.Owner.Do(t, apitest.InvitationNodeQuery, apitest.Vars{"id": one}); strings.Contains(shown.Body, hash) || strings.Contains(shown.Body, second) {
			t.Errorf("the inviter sees: %s", shown.Body)
		}
		w.AcceptAsNewcomer(t, second, "Eva")
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
