package api_test

import (
	"encoding/base64"
	"encoding/json"
	"testing"
	"time"

	"minidock/internal/apitest"
)

func TestANullOrderIsABadRequest(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		owner.CreateMiniProgram(t, workspace, "小咖啡馆")
		for _, query := range []string{
			`query($id: ID!, $o: MiniProgramOrder) { workspace(id: $id) { miniPrograms(orderBy: $o) { nodes { id } } } }`,
			`query($id: ID!, $o: MiniProgramOrder) { workspace(id: $id) { miniPrograms(orderBy: $o) { totalCount } } }`,
			`query($id: ID!, $o: MiniProgramOrder!) { workspace(id: $id) { miniPrograms(orderBy: $o) { nodes { id } } } }`,
			`query($id: ID!) { workspace(id: $id) { miniPrograms(orderBy: null) { nodes { id } } } }`,
		} {
			answer := owner.Do(t, query, apitest.Vars{"id": workspace, "o": nil})
			if code := answer.Code(t); code != "BAD_USER_INPUT" && code != "GRAPHQL_VALIDATION_FAILED" || answer.Get("workspace") != nil {
				t.Errorf("%s: %s", query, answer.Body)
			}
		}
	})
}

func TestACursorHoldsATimeAsTheServerWritesItOnly(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		w.InsertTied(t, workspace, owner, 5)
		for _, field := range []string{"CREATED_AT", "UPDATED_AT"} {
			order := apitest.Vars{"field": field, "direction": "ASC"}
			cursor := owner.MiniPrograms(t, workspace, apitest.Vars{"orderBy": order}).Cursors[1]
			for name, form := range map[string]func(time.Time) string{
				"an offset": func(at time.Time) string {
					return at.In(time.FixedZone("", 8*60*60)).Format("2006-01-02T15:04:05.000Z07:00")
				},
				"an offset of zero":  func(at time.Time) string { return at.Format("2006-01-02T15:04:05.000+00:00") },
				"more digits":        func(at time.Time) string { return at.Format("2006-01-02T15:04:05.000000000Z") },
				"lower case":         func(at time.Time) string { return at.Format("2006-01-02t15:04:05.000z") },
				"a fractional comma": func(at time.Time) string { return at.Format("2006-01-02T15:04:05,000Z") },
			} {
				for _, argument := range []string{"after", "before"} {
					answer := owner.Do(t, apitest.MiniProgramsQuery, apitest.Vars{"id": workspace, "orderBy": order, argument: rewritten(t, cursor, form)})
					if answer.Code(t) != "BAD_USER_INPUT" || answer.Get("workspace") != nil {
						t.Errorf("%s in %s: %s", name, argument, answer.Body)
					}
				}
			}
			same := rewritten(t, cursor, func(at time.Time) string { return at.Format("2006-01-02T15:04:05.000Z") })
			if same != cursor {
				t.Errorf("the server wrote %s, not %s", cursor, same)
			}
		}
	})
}

// rewritten returns a cursor of the same position, with its time in another form.
func rewritten(t *testing.T, cursor string, form func(time.Time) string) string {
	t.Helper()
	var parts []string
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		err = json.Unmarshal(text, &parts)
	}
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.Parse(time.RFC3339Nano, parts[1])
	if err != nil {
		t.Fatal(err)
	}
	parts[1] = form(at)
	if text, err = json.Marshal(parts); err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(text)
}
