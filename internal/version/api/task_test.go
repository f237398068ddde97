package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"minidock/ent/job"
	"minidock/ent/member"
	"minidock/internal/apitest"
	"minidock/internal/bundle/bundletest"
)

type taskState struct {
	Status   string
	Progress int
	Log      []struct{ Level, Message string }
}

// taskQuery subscribes to a task.
func taskQuery(taskID string) string {
	return fmt.Sprintf(`subscription { taskUpdated(id: %q) { status progress log { level message } } }`, taskID)
}

// large is a package whose check takes a few steps.
func large() []byte {
	files := bundletest.Project()
	for i := range 40 {
		files[fmt.Sprintf("data/%d.js", i)] = strings.Repeat(fmt.Sprintf("var a%d = 1;\n", i), 2000)
	}
	return bundletest.Zip(files)
}

// expectGrowing makes sure that the states are those of a task from its beginning to its end.
func expectGrowing(t *testing.T, states []taskState) {
	t.Helper()
	ranks := map[string]int{"QUEUED": 0, "RUNNING": 1, "SUCCEEDED": 2}
	for i := 1; i < len(states); i++ {
		before, after := states[i-1], states[i]
		if ranks[after.Status] < ranks[before.Status] || after.Progress < before.Progress || len(after.Log) < len(before.Log) {
			t.Errorf("after %+v came %+v", before, after)
		}
	}
	if n := len(states); n < 4 || states[0].Status != "QUEUED" || states[1].Status != "RUNNING" || states[n-1].Status != "SUCCEEDED" || states[n-1].Progress != 100 {
		t.Errorf("states %+v", states)
	}
}

func TestATaskIsReportedOverWebSockets(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		miniProgramID := ann.CreateMiniProgram(t, ann.CreateWorkspace(t, "Coffee"), "咖啡店")
		versionID := ann.UploadVersion(t, miniProgramID, apitest.Vars{}, large()).UploadedVersion(t)
		taskID := w.Version(t, versionID).QueryTask().OnlyIDX(t.Context())
		socket := w.OpenSocket(t, ann)
		socket.Subscribe("1", taskQuery(taskID))
		var states []taskState
		for {
			message := socket.Receive()
			if message.Type == "complete" {
				break
			}
			var payload struct {
				Data struct{ TaskUpdated taskState }
			}
			if err := json.Unmarshal(message.Payload, &payload); err != nil || message.Type != "next" {
				t.Fatalf("%s %s", message.Type, message.Payload)
			}
			states = append(states, payload.Data.TaskUpdated)
			if len(states) == 1 {
				w.CheckPackages(t)
			}
		}
		expectGrowing(t, states)
		socket.Subscribe("2", taskQuery(taskID))
		socket.Expect("next", "2", "SUCCEEDED")
		socket.Expect("complete", "2")
	})
}

func TestATaskIsReportedOverEventStreams(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		there := w.Another(t)
		ann := w.SignUp(t, "ann")
		miniProgramID := ann.CreateMiniProgram(t, ann.CreateWorkspace(t, "Coffee"), "咖啡店")
		versionID := ann.UploadVersion(t, miniProgramID, apitest.Vars{}, large()).UploadedVersion(t)
		taskID := w.Version(t, versionID).QueryTask().OnlyIDX(t.Context())
		stream := w.Stream(t, ann, http.MethodPost, http.Header{"Accept": {apitest.EventStream}, "Content-Type": {"application/json"}}, taskQuery(taskID))
		there.CheckPackages(t) // another server checks it
		body := apitest.Rest(t, stream)
		if !strings.Contains(body, `"status":"SUCCEEDED"`) || !strings.Contains(body, "event: complete") {
			t.Errorf("%s", body)
		}
	})
}

func TestATaskIsReportedToThoseWhoSeeIt(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob, dev := w.SignUp(t, "ann"), w.SignUp(t, "bob"), w.SignUp(t, "dev")
		workspaceID := ann.CreateWorkspace(t, "Coffee")
		miniProgramID := ann.CreateMiniProgram(t, workspaceID, "咖啡店")
		memberID := w.Join(t, workspaceID, dev, member.RoleDEVELOPER)
		w.Assign(t, memberID, miniProgramID)
		versionID := ann.UploadVersion(t, miniProgramID, apitest.Vars{}, project).UploadedVersion(t)
		taskID := w.Version(t, versionID).QueryTask().OnlyIDX(t.Context())
		for _, stranger := range []string{taskID, versionID, "tsk_0"} {
			socket := w.OpenSocket(t, bob)
			socket.Subscribe("1", taskQuery(stranger))
			if got := socket.Receive(); !strings.Contains(string(got.Payload), "NOT_FOUND") {
				t.Errorf("%s: %s %s", stranger, got.Type, got.Payload)
			}
		}
		socket := w.OpenSocket(t, dev)
		socket.Subscribe("1", taskQuery(taskID))
		socket.Expect("next", "1", "QUEUED")
		w.Client.Assignment.Delete().ExecX(t.Context())
		w.CheckPackages(t)
		socket.Expect("complete", "1")
	})
}

func TestTheReportOfADeletedTaskEnds(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		miniProgramID := ann.CreateMiniProgram(t, ann.CreateWorkspace(t, "Coffee"), "咖啡店")
		versionID := ann.UploadVersion(t, miniProgramID, apitest.Vars{}, project).UploadedVersion(t)
		taskID := w.Version(t, versionID).QueryTask().OnlyIDX(t.Context())
		socket := w.OpenSocket(t, ann)
		socket.Subscribe("1", taskQuery(taskID))
		socket.Expect("next", "1", "QUEUED")
		ann.Mutate(t, "deleteVersion", apitest.Vars{"versionId": versionID}).Succeeded(t)
		socket.Expect("complete", "1")
		w.CheckPackages(t) // finds nothing to do
		if n := w.Client.Job.Query().Where(job.Kind("check")).CountX(t.Context()); n != 0 {
			t.Errorf("%d jobs are left", n)
		}
	})
}

func TestACheckEndsWhenItsVersionIsDeletedMeanwhile(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		if !w.OnPostgres() {
			t.Skip("SQLite writes one transaction at a time")
		}
		ann := w.SignUp(t, "ann")
		miniProgramID := ann.CreateMiniProgram(t, ann.CreateWorkspace(t, "Coffee"), "咖啡店")
		versionID := ann.UploadVersion(t, miniProgramID, apitest.Vars{}, project).UploadedVersion(t)
		waiting, checked := w.Waiting(t), make(chan error, 1)
		tx, err := w.Client.Tx(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		tx.Version.DeleteOneID(versionID).ExecX(t.Context())
		go func() { checked <- w.Server.CheckPackages(t.Context()) }()
		for waiting() == 0 { // for the task
			runtime.Gosched()
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		if err := <-checked; err != nil {
			t.Error(err)
		}
		if left := w.Client.Job.Query().Where(job.Kind("check")).AllX(t.Context()); len(left) != 0 {
			t.Errorf("it is to be checked again: %v", left)
		}
	})
}
