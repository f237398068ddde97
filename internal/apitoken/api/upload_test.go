package api_test

import (
	"fmt"
	"strings"
	"testing"

	"minidock/internal/access"
	"minidock/internal/apitest"
)

func TestAMachineUploadsVersionsWithItsToken(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		earlier := w.InsertVersion(t, c.Assigned, apitest.VersionRow{UploadedBy: c.Owner, Elements: 1})
		elsewhere := w.InsertVersion(t, c.Spare, apitest.VersionRow{UploadedBy: c.Owner, Elements: 1})
		machine := c.Master.CreateToken(t, apitest.APIToken(c.ID, access.Upload).With("miniProgramIds", []string{c.Assigned}))
		reader := c.Master.CreateToken(t, apitest.APIToken(c.ID, access.Read, access.Configure))
		key := apitest.Vars{"idempotencyKey": "build 7"}
		answer := machine.UploadAgain(t, c.Assigned, earlier, key)
		versionID := answer.UploadedVersion(t)
		if again := machine.UploadAgain(t, c.Assigned, earlier, key).UploadedVersion(t); again != versionID {
			t.Errorf("the same key makes another version")
		}
		if own := c.Master.UploadAgain(t, c.Assigned, earlier, key).UploadedVersion(t); own == versionID {
			t.Error("the person has the token's key")
		}
		reader.UploadAgain(t, c.Assigned, earlier, key).ExpectMissingScope(t, access.Upload)
		for _, at := range []string{c.Spare, c.Foreign} {
			machine.UploadAgain(t, at, earlier, apitest.Vars{}).Refused(t, "NOT_FOUND")
		}
		const query = `query($id: ID!) { version(id: $id) { uploadedBy { id email } uploadedWith { id name } task { id } viewerCan } }`
		for _, test := range []struct {
			by    *apitest.Person
			token any
			email any
		}{{c.Owner, machine.TokenID, c.Master.Email}, {c.Developer, nil, c.Master.Email}, {machine.Person, machine.TokenID, nil}, {reader.Person, nil, nil}} {
			read := test.by.Do(t, query, apitest.Vars{"id": versionID})
			if read.Get("version.uploadedBy.id") != c.Master.ID || read.Get("version.uploadedWith.id") != test.token || read.Get("version.uploadedBy.email") != test.email {
				t.Errorf("%s reads %s", test.by.DisplayName, read.Body)
			}
		}
		machine.Do(t, query, apitest.Vars{"id": elsewhere}).Refused(t, "NOT_FOUND")
		machine.Do(t, `query($from: ID!, $to: ID!) { compareVersions(from: $from, to: $to) { pagesAdded } }`, apitest.Vars{"from": earlier, "to": elsewhere}).Refused(t, "NOT_FOUND")
		can := machine.Do(t, query, apitest.Vars{"id": versionID})
		if got := fmt.Sprint(can.Get("version.viewerCan")); !strings.Contains(got, "DELETE_VERSION") || strings.Contains(fmt.Sprint(reader.Do(t, query, apitest.Vars{"id": versionID}).Get("version.viewerCan")), "DELETE") {
			t.Errorf("%s", can.Body)
		}
		socket := w.OpenSocket(t, machine.Person)
		socket.Subscribe("1", fmt.Sprintf(`subscription { taskUpdated(id: %q) { id status } }`, can.String(t, "version.task.id")))
		socket.Expect("next", "1", `"status"`)
		machine.Mutate(t, "deleteVersion", apitest.Vars{"versionId": elsewhere}).Refused(t, "NOT_FOUND")
		machine.Mutate(t, "deleteVersion", apitest.Vars{"versionId": versionID}).Succeeded(t)
		if event := c.Event(t, "deleteVersion", c.Master, versionID); apitest.TextOf(event.APITokenID) != machine.TokenID {
			t.Errorf("%v", event)
		}
	})
}
