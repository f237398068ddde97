package api_test

import (
	"strings"
	"testing"

	"minidock/internal/apitest"
)

func TestASearchHasAtMostAHundredCharacters(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		w.Insert(t, workspace, apitest.Row{Name: strings.Repeat("店", 15), CreatedBy: owner})
		for name, query := range map[string]string{
			"page":       `query($id: ID!, $search: String) { workspace(id: $id) { miniPrograms(filter: {search: $search}) { nodes { id } } } }`,
			"count":      `query($id: ID!, $search: String) { workspace(id: $id) { miniPrograms(filter: {search: $search}) { totalCount } } }`,
			"members":    `query($id: ID!, $search: String) { workspace(id: $id) { members(filter: {search: $search}) { totalCount nodes { id } } } }`,
			"industries": `query($id: ID!, $search: String) { workspace(id: $id) { id } industries(search: $search) { totalCount } }`,
		} {
			for _, search := range []string{strings.Repeat("店", 100), strings.Repeat("%", 100), strings.Repeat(" ", 100)} {
				if answer := owner.Do(t, query, apitest.Vars{"id": workspace, "search": search}); len(answer.Errors) != 0 {
					t.Errorf("%s, %d bytes: %s", name, len(search), answer.Body)
				}
			}
			for _, search := range []string{strings.Repeat("店", 101), strings.Repeat("a", 60_000), strings.Repeat("%_", 60_000), strings.Repeat(" ", 101)} {
				answer := owner.Do(t, query, apitest.Vars{"id": workspace, "search": search})
				if len(answer.Errors) == 0 || answer.Errors[0].Extensions["code"] != "BAD_USER_INPUT" || !strings.Contains(answer.Errors[0].Message, "100") {
					t.Errorf("%s, %d bytes: %.300s", name, len(search), answer.Body)
				}
			}
		}
	})
}

func TestWhatAUserErrorRepeatsIsCut(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		long := strings.Repeat("店", 50_000)
		answer := owner.Create(t, apitest.CreateInput(owner.CreateWorkspace(t, "Coffee")).With("industryCode", long).With("launchTargetCode", long))
		for _, userError := range answer.HasUserErrors(t, "NOT_FOUND launchTargetCode", "NOT_FOUND industryCode") {
			if got := userError.Params["value"]; got != strings.Repeat("店", 99)+"…" || len(userError.Message) > 1_000 {
				t.Errorf("%d bytes of a parameter, %d of the message", len(got), len(userError.Message))
			}
		}
	})
}
