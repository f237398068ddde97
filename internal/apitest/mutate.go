package apitest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
)

// selections are what Mutate asks of each type of object in a payload.
var selections = map[string]string{
	"Query":           `viewer { ` + viewerFields + ` }`,
	"Viewer":          viewerFields,
	"SignInChallenge": `token expiresAt`,
	"TotpSecret":      `secret uri`,
	"Workspace": `id name viewerRole members { totalCount nodes { role user { id } } } quotas { used limit launchTarget { code } }
		miniPrograms { totalCount }`,
	"Member": `id role status joinedAt user { id email displayName } workspace { id name viewerRole } invitedBy { id displayName }
		miniPrograms(first: 5) { nodes { id name } }`,
	"Invitation":  InvitationFields,
	"MiniProgram": miniProgramFields,
	"Version": `id number status size sha256 notes minimumHostVersion createdAt entryPage unpackedSize fileCount pages { path } warnings { code }
		miniProgram { id name } uploadedBy { id displayName } task { id status progress log { level } } viewerCan downloadUrl`,
	"VersionEdge":     `cursor node { id }`,
	"ApiToken":        APITokenFields,
	"StaffMember":     `id user { id email } role addedBy { id email } addedAt`,
	"User":            `id email displayName`,
	"MemberEdge":      `cursor node { id }`,
	"InvitationEdge":  `cursor node { id }`,
	"MiniProgramEdge": `cursor node { id }`,
	"ApiTokenEdge":    `cursor node { id }`,
	"StaffMemberEdge": `cursor node { id }`,
	"UserError":       `code path message messageKey messageParams { name value }`,
}

const (
	viewerFields = `user { id email displayName } emailConfirmed staffRole locale totpEnabled recoveryCodesLeft currentWorkspace { id name }
		memberships { totalCount } sessions(first: 5) { nodes { id } }`
	miniProgramFields = `id appId name tagline description language status servicePhone serviceEmail createdAt updatedAt
		workspace { id name } industry { id code name group } logo { url width height contentType }
		launchTargets { id code } createdBy { id email displayName } latestVersion { id number } versionQuota { used limit }`
)

// Mutation returns the text of the request that Mutate sends: the variable $input where the mutation takes an input, and all of the
// payload.
func Mutation(name string) string {
	return mutation(name, func(objectType string) string {
		if selections[objectType] == "" {
			panic("apitest.selections lacks " + objectType)
		}
		return selections[objectType]
	})
}

// BriefMutation is Mutation, but asks of each object for its id only.
func BriefMutation(name string) string {
	return mutation(name, func(objectType string) string {
		switch {
		case contract.Types[objectType].Fields.ForName("id") != nil:
			return "id"
		case objectType == "UserError":
			return "code path"
		}
		return "__typename"
	})
}

func mutation(name string, selection func(objectType string) string) string {
	field := contract.Mutation.Fields.ForName(name)
	if field == nil {
		panic("no mutation " + name)
	}
	declaration, argument := "", ""
	if input := field.Arguments.ForName("input"); input != nil {
		declaration, argument = fmt.Sprintf("($input: %s)", input.Type), "(input: $input)"
	}
	var fields strings.Builder
	for _, one := range contract.Types[field.Type.Name()].Fields {
		fields.WriteString(" " + one.Name)
		if contract.Types[one.Type.Name()].Kind == ast.Object {
			fields.WriteString(" { " + selection(one.Type.Name()) + " }")
		}
	}
	return fmt.Sprintf("mutation%s { %s%s {%s } }", declaration, name, argument, fields.String())
}

// Mutate sends the mutation of this name with an input, nil where it takes none, and asks for all of the payload.
func (p *Person) Mutate(t *testing.T, name string, input Vars) *Answer {
	t.Helper()
	return p.mutate(t, name, Mutation(name), input)
}

// MutateBriefly is Mutate, but asks of each object in the payload for its id only: what else it shows may be hidden by the time it is read.
func (p *Person) MutateBriefly(t *testing.T, name string, input Vars) *Answer {
	t.Helper()
	return p.mutate(t, name, BriefMutation(name), input)
}

func (p *Person) mutate(t *testing.T, name, text string, input Vars) *Answer {
	t.Helper()
	var variables Vars
	if input != nil {
		variables = Vars{"input": input}
	}
	answer := p.Do(t, text, variables)
	answer.mutation, answer.input = name, input
	return answer
}

// MutateWithFiles is Mutate with files, by their paths in the input.
func (p *Person) MutateWithFiles(t *testing.T, name string, input Vars, files map[string]File) *Answer {
	t.Helper()
	paths := map[string]File{}
	for path, file := range files {
		paths["variables.input."+path] = file
	}
	answer := p.Upload(t, Mutation(name), Vars{"input": input}, paths)
	answer.mutation, answer.input = name, input
	return answer
}

// UserErrorCodes returns the user errors in the payload of Mutate, each as Codes gives it; the test ends when there is a top-level error.
func (a *Answer) UserErrorCodes(t *testing.T) []string {
	t.Helper()
	if a.mutation == "" {
		t.Fatalf("not an answer of Mutate: %s", a.Body)
	}
	if code := a.Code(t); code != "" {
		t.Fatalf("%s: refused with %s: %s", a.request(), code, a.Body)
	}
	if payload, _ := a.Get(a.mutation).(map[string]any); payload["userErrors"] == nil {
		return []string{} // the payload has no such field
	}
	return Codes(a.UserErrors(t, a.mutation+".userErrors"))
}

// Succeeded makes sure that Mutate met no error, and returns the answer; the test ends when it did.
func (a *Answer) Succeeded(t *testing.T) *Answer {
	t.Helper()
	if got := a.UserErrorCodes(t); len(got) != 0 {
		t.Fatalf("%s: %q", a.request(), got)
	}
	return a
}

// besideUserErrors are the fields of a payload that may have a value beside user errors.
var besideUserErrors = []string{"userErrors", "warnings", "query", "challenge"}

// HasUserErrors makes sure that Mutate met these user errors, each as Codes gives it, and that neither the rest of the payload nor a
// cookie came of it. It returns them; the test ends when they are others.
func (a *Answer) HasUserErrors(t *testing.T, want ...string) []UserError {
	t.Helper()
	if got := a.UserErrorCodes(t); !slices.Equal(got, want) {
		t.Fatalf("%s: user errors %q, want %q", a.request(), got, want)
	}
	payload, _ := a.Get(a.mutation).(map[string]any)
	for field, value := range payload {
		if value != nil && !slices.Contains(besideUserErrors, field) {
			t.Errorf("%s: %s is %v beside user errors", a.request(), field, value)
		}
	}
	if cookie := a.Header.Get("Set-Cookie"); cookie != "" {
		t.Errorf("%s: a cookie beside user errors: %s", a.request(), cookie)
	}
	return a.UserErrors(t, a.mutation+".userErrors")
}

// WarningCodes returns the warnings in the payload of Mutate, each as Codes gives it.
func (a *Answer) WarningCodes(t *testing.T) []string {
	t.Helper()
	return Codes(a.UserErrors(t, a.mutation+".warnings"))
}

// Outcome returns what became of Mutate: "done", its user errors as Codes gives them, or the code that it was refused with.
func (a *Answer) Outcome(t *testing.T) string {
	t.Helper()
	if code := a.Code(t); code != "" {
		a.Refused(t, code)
		return code
	}
	codes := a.UserErrorCodes(t)
	if len(codes) == 0 {
		return "done"
	}
	a.HasUserErrors(t, codes...)
	return strings.Join(codes, ", ")
}

// request describes the request in failure messages.
func (a *Answer) request() string { return fmt.Sprintf("%s of %.300v", a.mutation, a.input) }
