package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"minidock/ent/member"
	"minidock/internal/apitest"
)

// change is a mutation whose payload has lists; input is what it takes beside the member whom it concerns, if role is set.
type change struct {
	mutation string
	role     member.Role
	status   member.Status
	input    apitest.Vars
}

var changes = []change{
	{mutation: "inviteMembers"},
	{"changeMemberRole", member.RoleMASTER, member.StatusACTIVE, apitest.Vars{"role": "DEVELOPER"}},
	{"changeMemberRole", member.RoleDEVELOPER, member.StatusACTIVE, apitest.Vars{"role": "MASTER"}},
	{"assignMiniPrograms", member.RoleDEVELOPER, member.StatusACTIVE, apitest.Vars{"miniProgramIds": []string{}}},
	{"blockMember", member.RoleMASTER, member.StatusACTIVE, nil},
	{"blockMember", member.RoleDEVELOPER, member.StatusACTIVE, nil},
	{"unblockMember", member.RoleDEVELOPER, member.StatusBLOCKED, nil},
	{"removeMember", member.RoleMASTER, member.StatusACTIVE, nil},
	{"removeMember", member.RoleDEVELOPER, member.StatusACTIVE, nil},
}

// readPayloads reads the lists of each payload, of changes that concern one object and ten.
func (r *reader) readPayloads(t *testing.T) {
	t.Helper()
	for _, one := range changes {
		single, ofSingle := r.apply(t, one, 1)
		ten, ofTen := r.apply(t, one, 10)
		if len(ofSingle) != len(ofTen) {
			t.Errorf("%s takes %d statements after a change of one and %d after one of ten:\n%s", one.mutation, len(ofSingle), len(ofTen), further(ofSingle, ofTen))
		}
		payload := contract.Mutation.Fields.ForName(one.mutation).Type.Name()
		for name, list := range ten {
			if size(list) == 10 && size(single[name]) == 1 {
				r.read[payload+"."+name] = true
			}
		}
	}
}

// apply sends a mutation that concerns n objects, and returns its payload and the statements by which that is read.
func (r *reader) apply(t *testing.T, one change, n int) (map[string]any, []string) {
	t.Helper()
	workspaceID := r.ids["Workspace"][0]
	input := apitest.Vars{"workspaceId": workspaceID, "invitations": apitest.MasterInvitations(n, fmt.Sprint("new", n))}
	if one.role != "" {
		input = apitest.Vars{"memberId": r.hire(t, workspaceID, one, n)}
	}
	for name, value := range one.input {
		input[name] = value
	}
	var answer *apitest.Answer
	statements := r.StatementTexts(func() { answer = r.ann.Do(t, selectPayload(one.mutation), apitest.Vars{"input": input}) })
	if code := answer.Code(t); code != "" || len(answer.List(t, one.mutation+".userErrors")) > 0 {
		t.Fatalf("%s: %.1000s", one.mutation, answer.Body)
	}
	return answer.Get(one.mutation).(map[string]any), afterChange(statements)
}

// afterChange returns the statements after the last one of a transaction.
func afterChange(statements []string) []string {
	for i, statement := range slices.Backward(statements) {
		if strings.HasPrefix(statement, "Tx(") {
			return statements[i+1:]
		}
	}
	return statements
}

// hire writes a member who has sent n invitations and created n tokens or, if a developer, is assigned to n mini programs, and returns its id.
func (r *reader) hire(t *testing.T, workspaceID string, to change, n int) string {
	t.Helper()
	name := strings.ToLower(fmt.Sprint(to.mutation, to.role, n))
	person := r.InsertAccount(t, name)
	memberID := r.Join(t, workspaceID, person, to.role)
	r.Client.Member.UpdateOneID(memberID).SetStatus(to.status).ExecX(t.Context())
	for i := range n {
		if to.role == member.RoleDEVELOPER {
			r.Assign(t, memberID, r.ids["MiniProgram"][i])
		} else {
			r.createToken(t, workspaceID, person.ID, nil)
			r.invite(t, workspaceID, person.ID, fmt.Sprintf("%d-by-%s@example.com", i, name), nil)
		}
	}
	return memberID
}

// selectPayload returns the text of a mutation that selects all lists of its payload, and all fields of their elements.
func selectPayload(mutation string) string {
	field := contract.Mutation.Fields.ForName(mutation)
	var lists strings.Builder
	for _, one := range contract.Types[field.Type.Name()].Fields {
		if isList(one) {
			lists.WriteString(" " + selectField(one, 0, 2))
		}
	}
	return fmt.Sprintf("mutation($input: %s) { %s(input: $input) {%s } }", field.Arguments.ForName("input").Type, mutation, lists.String())
}
