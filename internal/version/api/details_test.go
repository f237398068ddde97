package api_test

import (
	"fmt"
	"strings"
	"testing"

	"minidock/internal/apitest"
)

func TestTheDetailsOfVeryManyVersionsAreNotReadAtOnce(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		miniProgramID := ann.CreateMiniProgram(t, ann.CreateWorkspace(t, "Coffee"), "咖啡店")
		large := `{"pages": "` + strings.Repeat("x", 1<<20) + `"}`
		for range 5 {
			versionID := w.InsertVersion(t, miniProgramID, apitest.VersionRow{UploadedBy: ann, Elements: 1})
			w.Client.Version.UpdateOneID(versionID).SetAppJSON(large).SetDetailsSize(len(large)).ExecX(t.Context())
		}
		read := func(n int, fields string) *apitest.Answer {
			return ann.Do(t, fmt.Sprintf(`query($id: ID!) { miniProgram(id: $id) { versions(first: %d) { nodes { %s } } } }`, n, fields), apitest.Vars{"id": miniProgramID})
		}
		for _, fields := range []string{"pages { path }", "appJson", "warnings { code }"} {
			if answer := read(5, fields); !strings.Contains(answer.Body, "QUERY_TOO_COMPLEX") {
				t.Errorf("%s of five: %.300s", fields, answer.Body)
			}
			if answer := read(1, fields); answer.Code(t) != "" {
				t.Errorf("%s of one: %.300s", fields, answer.Body)
			}
		}
		if answer := read(5, "id number status size fileCount entryPage"); answer.Code(t) != "" {
			t.Errorf("without details: %.300s", answer.Body)
		}
		payload := ann.Do(t, `mutation($id: ID!) { updateMiniProgram(input: {miniProgramId: $id, tagline: "现磨咖啡在线点单吧"}) { miniProgram { versions { nodes { number } } } } }`, apitest.Vars{"id": miniProgramID})
		if n := len(payload.List(t, "updateMiniProgram.miniProgram.versions.nodes")); n != 5 {
			t.Errorf("after a change there are %d: %.300s", n, payload.Body)
		}
	})
}
