package apitest

import (
	"fmt"
	"testing"

	"minidock/ent"
)

// Create sends createMiniProgram with this input.
func (p *Person) Create(t *testing.T, input Vars) *Answer {
	t.Helper()
	return p.Mutate(t, "createMiniProgram", input)
}

// CreateMiniProgram creates a mini program of this name and returns its id.
func (p *Person) CreateMiniProgram(t *testing.T, workspaceID, name string) string {
	t.Helper()
	return p.Create(t, CreateInput(workspaceID).With("name", name)).CreatedMiniProgram(t)
}

// CreateMiniPrograms creates this many mini programs in a workspace that has none.
func (p *Person) CreateMiniPrograms(t *testing.T, workspaceID string, n int) {
	t.Helper()
	for i := range n {
		p.CreateMiniProgram(t, workspaceID, fmt.Sprintf("小店 %d 号", i))
	}
}

// CreatedMiniProgram returns the id of the mini program that createMiniProgram has created; the test ends when it was refused.
func (a *Answer) CreatedMiniProgram(t *testing.T) string {
	t.Helper()
	return a.Succeeded(t).String(t, "createMiniProgram.miniProgram.id")
}

// UpdateMiniProgram sends updateMiniProgram with this input.
func (p *Person) UpdateMiniProgram(t *testing.T, miniProgramID string, input Vars) *Answer {
	t.Helper()
	return p.Mutate(t, "updateMiniProgram", input.With("miniProgramId", miniProgramID))
}

// UpdatedMiniProgram returns the mini program in the payload of updateMiniProgram; the test ends when it was refused.
func (a *Answer) UpdatedMiniProgram(t *testing.T) map[string]any {
	t.Helper()
	changed, ok := a.Succeeded(t).Get("updateMiniProgram.miniProgram").(map[string]any)
	if !ok {
		t.Fatalf("no mini program: %s", a.Body)
	}
	return changed
}

// MiniProgram reads a mini program without the API.
func (w *World) MiniProgram(t *testing.T, miniProgramID string) *ent.MiniProgram {
	t.Helper()
	return w.Client.MiniProgram.GetX(t.Context(), miniProgramID)
}

// QuotaUsed returns how much of the quota a workspace has used, as the person sees it.
func (p *Person) QuotaUsed(t *testing.T, workspaceID string) float64 {
	t.Helper()
	answer := p.Do(t, `query($id: ID!) { workspace(id: $id) { quotas { used limit launchTarget { code } } } }`, Vars{"id": workspaceID})
	if limit := answer.Get("workspace.quotas.0.limit"); limit != 10.0 || len(answer.List(t, "workspace.quotas")) != 1 {
		t.Errorf("quotas %s", answer.Body)
	}
	used, _ := answer.Get("workspace.quotas.0.used").(float64)
	return used
}
