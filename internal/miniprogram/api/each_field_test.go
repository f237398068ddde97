package api_test

import (
	"testing"

	"minidock/ent/auditevent"
	"minidock/graph"
	"minidock/internal/apitest"
	"minidock/internal/event"
)

// others are values for each field of UpdateMiniProgramInput other than those that a mini program is created with.
var others = apitest.Vars{
	"name": "大咖啡馆", "tagline": "手冲咖啡在线点单啦", "description": "手冲咖啡，在线点单，到店自取，省时省心又省力。",
	"logo": apitest.Vars{"base64": apitest.Base64(apitest.PNG(96, 96))}, "industryCode": "5411", "servicePhone": "0571-7654321",
	"serviceEmail": "service@example.com",
}

// Whatever the input has is written, answered with, and noted.
func TestEveryFieldThatIsUpdatedIsWrittenAndNoted(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		id := owner.CreateMiniProgram(t, owner.CreateWorkspace(t, "Coffee"), "小咖啡馆")
		noted := 0
		for _, field := range graph.NewExecutableSchema(graph.Config{}).Schema().Types["UpdateMiniProgramInput"].Fields {
			if field.Name == "miniProgramId" {
				continue
			}
			other, ok := others[field.Name]
			if !ok {
				t.Fatalf("%s is not tried", field.Name)
			}
			read := func() string { return owner.Do(t, apitest.MiniProgramQuery, apitest.Vars{"id": id}).Body }
			before := read()
			answer := apitest.UpdatedMiniProgram(t, owner.UpdateMiniProgram(t, id, apitest.Vars{field.Name: other}))
			if field.Name != "logo" && field.Name != "industryCode" && answer[field.Name] != other {
				t.Errorf("%s is answered as %v", field.Name, answer[field.Name])
			}
			after := read()
			if after == before {
				t.Errorf("%s was not written", field.Name)
			}
			noted++
			checkNoted(t, w, noted, field.Name)
			apitest.UpdatedMiniProgram(t, owner.UpdateMiniProgram(t, id, apitest.Vars{field.Name: other}))
			if read() != after || w.Client.AuditEvent.Query().Where(auditevent.Operation("updateMiniProgram")).CountX(t.Context()) != noted {
				t.Errorf("%s was written again", field.Name)
			}
		}
	})
}

// checkNoted makes sure that there are so many events of updates, the last of which says that this field and no other has changed.
func checkNoted(t *testing.T, w *apitest.World, events int, field string) {
	t.Helper()
	found := w.Client.AuditEvent.Query().Where(auditevent.Operation("updateMiniProgram")).Order(auditevent.ByID()).AllX(t.Context())
	if len(found) != events {
		t.Fatalf("%s: events %v", field, found)
	}
	changes, err := event.Changes(found[events-1])
	if err != nil || len(changes) != 1 || changes[0].Field != field || changes[0].Before.String() == changes[0].After.String() || changes[0].Before.IsZero() || changes[0].After.IsZero() {
		t.Errorf("%s is noted as %v, %v", field, changes, err)
	}
}
