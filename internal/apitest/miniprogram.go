package apitest

import (
	"fmt"
	"testing"
)

// CreateMiniPrograms creates this many mini programs in a workspace that has none.
func (p *Person) CreateMiniPrograms(t *testing.T, workspaceID string, n int) {
	t.Helper()
	for i := range n {
		p.CreateMiniProgram(t, workspaceID, fmt.Sprintf("小店 %d 号", i))
	}
}

// CreatedMiniProgram returns the id of the mini program that createMiniProgram has created; the test ends when it was refused.
func CreatedMiniProgram(t *testing.T, answer *Answer) string {
	t.Helper()
	if answer.Code(t) != "" || len(answer.UserErrors(t, "createMiniProgram.userErrors")) != 0 {
		t.Fatalf("refused: %s", answer.Body)
	}
	return answer.String(t, "createMiniProgram.miniProgram.id")
}

// UpdateMiniProgram sends updateMiniProgram with this input.
func (p *Person) UpdateMiniProgram(t *testing.T, miniProgramID string, input Vars) *Answer {
	t.Helper()
	return p.Do(t, UpdateMutation, Vars{"input": input.With("miniProgramId", miniProgramID)})
}

// UpdatedMiniProgram returns the mini program in the payload of updateMiniProgram; the test ends when it was refused.
func UpdatedMiniProgram(t *testing.T, answer *Answer) map[string]any {
	t.Helper()
	if answer.Code(t) != "" || len(answer.UserErrors(t, "updateMiniProgram.userErrors")) != 0 {
		t.Fatalf("refused: %s", answer.Body)
	}
	changed, ok := answer.Get("updateMiniProgram.miniProgram").(map[string]any)
	if !ok {
		t.Fatalf("no mini program: %s", answer.Body)
	}
	return changed
}
