package api_test

import (
	"fmt"
	"sync"
	"testing"

	"minidock/internal/apitest"
)

func TestASessionMadeAtOneServerWorksAndEndsAtTheOther(t *testing.T) {
	t.Parallel()
	here := apitest.New(t, apitest.Options{DatabaseURL: apitest.NewDatabase(t)})
	there := here.Another(t)
	ann := here.SignUp(t, "ann")
	const whoAmI = `{ viewer { user { email } currentWorkspace { name } } }`
	if got := ann.At(there).Do(t, whoAmI, nil).String(t, "viewer.user.email"); got != ann.Email {
		t.Errorf("the other server takes ann for %q", got)
	}
	workspace := ann.At(there).CreateWorkspace(t, "Ann & Co")
	ann.At(there).Do(t, `mutation($id: ID!) { chooseWorkspace(input: {workspaceId: $id}) { userErrors { code } } }`,
		apitest.Vars{"id": workspace})
	if got := ann.Do(t, whoAmI, nil).String(t, "viewer.currentWorkspace.name"); got != "Ann & Co" {
		t.Errorf("the choice made at the other server is %q", got)
	}
	cookie := ann.Cookie(t)
	ann.At(there).Do(t, `mutation { signOut { viewer { user { id } } } }`, nil)
	if viewer := here.With(t, cookie.Name, cookie.Value).Do(t, whoAmI, nil).Get("viewer"); viewer != nil {
		t.Errorf("signed out at the other server, still %v", viewer)
	}
}

func TestTheQuotaHoldsAcrossServers(t *testing.T) {
	t.Parallel()
	here := apitest.New(t, apitest.Options{DatabaseURL: apitest.NewDatabase(t)})
	servers := []*apitest.World{here, here.Another(t)}
	ann := here.SignUp(t, "ann")
	workspace := ann.CreateWorkspace(t, "Ann & Co")
	ann.CreateMiniProgram(t, workspace, "第一个小程序")
	var wg sync.WaitGroup
	var mu sync.Mutex
	outcomes := map[string]int{}
	for i := range 40 {
		wg.Go(func() {
			input := apitest.CreateInput(workspace).With("name", fmt.Sprintf("小程序 %d", i))
			answer := ann.At(servers[i%2]).Create(t, input)
			outcome := fmt.Sprint(apitest.Codes(answer.UserErrors(t, "createMiniProgram.userErrors")))
			mu.Lock()
			outcomes[outcome]++
			mu.Unlock()
		})
	}
	wg.Wait()
	if outcomes["[]"] != 9 || outcomes["[QUOTA_EXCEEDED]"] != 31 {
		t.Errorf("outcomes %v, want nine more and thirty-one QUOTA_EXCEEDED", outcomes)
	}
}
