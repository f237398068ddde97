package api_test

import (
	"testing"

	"minidock/ent/auditevent"
	"minidock/graph"
	"minidock/internal/apitest"
	"minidock/internal/event"
)

// Each field of the input is written, returned and recorded.
func TestEveryUpdatedFieldIsWrittenAndRecorded(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		id := owner.CreateMiniProgram(t, owner.CreateWorkspace(t, "Coffee"), "小咖啡馆")
		events := 0
		for _, field := range graph.NewExecutableSchema(graph.Config{}).Schema().Types["UpdateMiniProgramInput"].Fields {
			if field.Name == "miniProgramId" {
				continue
			}
			other, ok := apitest.OtherValues()[field.Name]
			if !ok {
				t.Fatalf("%s is not tried", field.Name)
			}
			read := func() string { return owner.Do(t, apitest.MiniProgramQuery, apitest.Vars{"id": id}).Body }
			before := read()
			answer := owner.UpdateMiniProgram(t, id, apitest.Vars{field.Name: other}).UpdatedMiniProgram(t)
			if field.Name != "logo" && field.Name != "industryCode" && answer[field.Name] != other {
				t.Errorf("%s is returned as %v", field.Name, answer[field.Name])
			}
			after := read()
			if after == before {
				t.Errorf("%s was not written", field.Name)
			}
			events++
			checkEvents(t, w, events, field.Name)
			owner.UpdateMiniProgram(t, id, apitest.Vars{field.Name: other}).UpdatedMiniProgram(t)
			if read() != after || w.Client.AuditEvent.Query().Where(auditevent.Operation("updateMiniProgram")).CountX(t.Context()) != events {
				t.Errorf("%s was written again", field.Name)
			}
		}
	})
}

// checkEvents makes sure that there is this number of events of updates, and that the last one says that only this field changed.
func checkEvents(t *testing.T, w *apitest.World, events int, field string) {
	t.Helper()
	found := w.Client.AuditEvent.Query().Where(auditevent.Operation("updateMiniProgram")).Order(auditevent.ByID()).AllX(t.Context())
	if len(found) != events {
		t.Fatalf("%s: events %v", field, found)
	}
	changes, err := event.Changes(found[events-1])
	if err != nil || len(changes) != 1 || changes[0].Field != field || changes[0].Before.String() == changes[0].After.String() || changes[0].Before.IsZero() || changes[0].After.IsZero() {
		t.Errorf("%s is recorded as %v, %v", field, changes, err)
	}
}
