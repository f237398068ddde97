package fault

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	graphql "github.com/vektah/gqlparser/v2/ast"
)

// carried says which fields of each mutation's input can carry a user error, each followed by the variant of its message if it has one;
// "" is the request as a whole. A code that only the mutation's @userErrors has, and one that only this table has, fail the test.
var carried = map[string]map[Code][]string{
	"signUp": {
		Blank: {"email", "password", "displayName"}, InvalidCharacter: {"displayName"}, InvalidFormat: {"email", "displayName"}, Taken: {"email"},
		TooShort: shortPassword("password"), TooLong: slices.Concat(longPassword("password"), longEmail("email"), []string{"displayName"}),
		TooCommon: {"password"},
	},
	"signIn":         {InvalidCredentials: {""}},
	"signInWithTotp": {Blank: {"challenge", "code"}, InvalidToken: {"challenge"}, InvalidCode: {"code"}},
	"changePassword": {
		Blank: {"currentPassword", "newPassword"}, TooShort: shortPassword("newPassword"), TooLong: longPassword("newPassword"), TooCommon: {"newPassword"},
		InvalidCredentials: {"currentPassword password"},
	},
	"requestPasswordReset": {Blank: {"email"}, InvalidFormat: {"email"}, TooLong: longEmail("email")},
	"resetPassword": {
		Blank: {"token", "newPassword"}, InvalidToken: {"token"}, TooShort: shortPassword("newPassword"), TooLong: longPassword("newPassword"), TooCommon: {"newPassword"},
	},
	"updateProfile": {
		Blank: {"displayName", "locale"}, InvalidCharacter: {"displayName"}, InvalidFormat: {"displayName", "locale"}, TooLong: {"displayName"},
		Unsupported: {"locale"},
	},
	"changeEmail": {
		Blank: {"email", "password"}, InvalidFormat: {"email"}, Taken: {"email"}, TooLong: longEmail("email"),
		InvalidCredentials: {"password password"},
	},
	"confirmEmail": {Blank: {"token"}, InvalidToken: {"token"}, Taken: {"token"}},
	"enableTotp":   {Blank: {"password"}, InvalidCredentials: {"password password"}, AlreadyEnabled: {""}, EmailNotConfirmed: {""}},
	"confirmTotp":  {Blank: {"code"}, InvalidCode: {"code"}, NotStarted: {""}},
	"disableTotp": {
		Blank: {"password", "code"}, InvalidCredentials: {"password password"}, InvalidCode: {"code"}, NotEnabled: {""},
	},
	"createWorkspace": {
		Blank: {"name"}, InvalidCharacter: {"name"}, InvalidFormat: {"name"}, TooLong: {"name"}, QuotaExceeded: {" viewer"},
	},
	"chooseWorkspace": {NotFound: {"workspaceId"}},
	"inviteMembers": {
		Blank: {"invitations", "invitations.0.name", "invitations.0.email", "invitations.0.miniProgramIds"}, TooMany: {"invitations"},
		InvalidCharacter: {"invitations.0.name"}, InvalidFormat: {"invitations.0.name", "invitations.0.email"},
		TooLong:     append(longEmail("invitations.0.email"), "invitations.0.name"),
		Unsupported: {"invitations.0.role"}, NotFound: {"invitations.0.miniProgramIds"}, Duplicate: {"invitations.0.email"},
		AlreadyMember: {"invitations.0.email"}, AlreadyInvited: {"invitations.0.email"}, EmailNotConfirmed: {""},
	},
	"resendInvitation": {
		WrongStatus:   {"invitationId RESEND.ACCEPTED", "invitationId RESEND.WITHDRAWN"},
		AlreadyMember: {"invitationId"}, AlreadyInvited: {"invitationId"}, EmailNotConfirmed: {""},
	},
	"withdrawInvitation": {WrongStatus: {"invitationId WITHDRAW.ACCEPTED", "invitationId WITHDRAW.WITHDRAWN"}},
	"acceptInvitation": {
		Blank: {"token", "password", "displayName"}, InvalidCharacter: {"displayName"}, InvalidFormat: {"displayName"},
		TooShort: shortPassword("password"), TooLong: append(longPassword("password"), "displayName"), TooCommon: {"password"},
		InvalidToken: {"token"}, OtherAccount: {"token"}, SignInRequired: {""}, AlreadyMember: {"token"},
	},
	"changeMemberRole": {
		Unsupported: {"role"}, WrongStatus: {"memberId CHANGE_ROLE.REMOVED"}, WrongRole: {"memberId CHANGE_ROLE.OWNER"},
	},
	"assignMiniPrograms": {
		NotFound: {"miniProgramIds"}, WrongStatus: {"memberId ASSIGN_MINI_PROGRAMS.REMOVED"},
		WrongRole: {"memberId ASSIGN_MINI_PROGRAMS.OWNER", "memberId ASSIGN_MINI_PROGRAMS.MASTER"},
	},
	"blockMember":   {WrongStatus: {"memberId BLOCK.BLOCKED", "memberId BLOCK.REMOVED"}, WrongRole: {"memberId BLOCK.OWNER"}},
	"unblockMember": {WrongStatus: {"memberId UNBLOCK.ACTIVE", "memberId UNBLOCK.REMOVED"}, WrongRole: {"memberId UNBLOCK.OWNER"}},
	"removeMember":  {WrongStatus: {"memberId REMOVE.REMOVED"}, WrongRole: {"memberId REMOVE.OWNER"}},
	"transferOwnership": {
		Blank: {"password"}, InvalidCredentials: {"password password"}, QuotaExceeded: {"memberId member"},
		WrongStatus: {"memberId TRANSFER_OWNERSHIP.BLOCKED", "memberId TRANSFER_OWNERSHIP.REMOVED"},
		WrongRole:   {"memberId TRANSFER_OWNERSHIP.OWNER", "memberId TRANSFER_OWNERSHIP.DEVELOPER"},
	},
	"createApiToken": {
		Blank: {"name", "scopes", "miniProgramIds"}, InvalidCharacter: {"name"}, TooLong: {"name"}, NotFound: {"miniProgramIds.0 miniProgram"},
		InThePast: {"expiresAt"}, TooLate: {"expiresAt"}, QuotaExceeded: {" apiTokens"},
	},
	"revokeApiToken":  {},
	"leaveWorkspace":  {OwnerMustTransfer: {"workspaceId"}},
	"renameWorkspace": {Blank: {"name"}, InvalidCharacter: {"name"}, InvalidFormat: {"name"}, TooLong: {"name"}},
	"deleteWorkspace": {NotEmpty: {"workspaceId"}},
	"createMiniProgram": with(profile, map[Code][]string{
		Blank: {"launchTargetCode", "idempotencyKey"}, InvalidCharacter: {"idempotencyKey"}, InvalidFormat: {"launchTargetCode"},
		NotFound: {"launchTargetCode"}, TooLong: {"idempotencyKey"}, QuotaExceeded: {""}, IdempotencyKeyReused: {"idempotencyKey"},
	}),
	"updateMiniProgram": profile,
	"uploadVersion": with(inPackageAtOnce(), map[Code][]string{
		Blank: {"number", "minimumHostVersion", "idempotencyKey"}, InvalidFormat: {"number", "minimumHostVersion"}, InvalidCharacter: {"notes", "idempotencyKey"},
		TooLong: {"notes", "idempotencyKey"}, NotFound: {"source.fromVersionId"}, NotReady: {"source.fromVersionId"}, VersionExists: {"number"}, VersionTooLow: {"number", "number last"},
		QuotaExceeded: {" versions"}, IdempotencyKeyReused: {"idempotencyKey"},
	}),
	"deleteVersion": {Submitted: {""}, InUse: {""}},
	"addStaff": {
		Blank: {"email"}, InvalidFormat: {"email"}, TooLong: longEmail("email"), NotFound: {"email"}, EmailNotConfirmed: {" account"}, LastAdmin: {""},
	},
	"removeStaff": {Blank: {"email"}, InvalidFormat: {"email"}, TooLong: longEmail("email"), NotFound: {"email"}, LastAdmin: {""}},
}

func shortPassword(field string) []string { return []string{field + " password", field + " bytes"} }
func longPassword(field string) []string  { return []string{field, field + " bytes"} }
func longEmail(field string) []string     { return []string{field, field + " bytes"} }

// advised says the same of warnings.
var advised = map[string]map[Code][]string{
	"createMiniProgram": {NotChinese: {"name", "tagline", "description"}},
	"updateMiniProgram": {NotChinese: {"name", "tagline", "description"}},
}

// packaged says which variants the messages about a version's package have. They are in the log of its checks and among its warnings.
var packaged = map[Code][]string{
	NotAZip: {"", "cut", "empty"}, Encrypted: {""}, PathTraversal: {""}, Symlink: {""}, DuplicateName: {"", "folder"},
	InvalidName: {"", "empty", "encoding", "length", "other"}, TooLarge: {"packed", "unpacked", "json", "allJson"}, TooManyFiles: {"", "folders"}, CompressionRatio: {""},
	Corrupt:   {"end", "split", "method", "overlap", "header", "size", "data", "checksum"},
	NoAppJSON: {"", "elsewhere", "root", "rootElsewhere"}, CompiledPackage: {""}, MiniGame: {""}, PluginProject: {""},
	BrokenJSON:     {"", "end", "encoding", "key", "depth", "values", "object"},
	InvalidAppJSON: {"type", "pages", "path", "twice", "tab", "entry", "root", "nested"}, MissingPage: {"", "case"}, SourceNotBuilt: {""}, WrongAppID: {""},
	DebugOn: {""}, HostNotConfigured: {""}, InsecureHost: {""}, MissingComponent: {""}, MissingPreload: {""}, StrayFile: {""}, LargePicture: {""},
	NamesDifferByCase: {""},
}

// inPackageAtOnce are those that the directory of a package shows, and that the answer to the upload has.
func inPackageAtOnce() map[Code][]string {
	found := map[Code][]string{}
	for _, code := range []Code{
		NotAZip, Encrypted, PathTraversal, Symlink, DuplicateName, InvalidName, TooLarge, TooManyFiles, CompressionRatio, Corrupt, NoAppJSON, CompiledPackage, MiniGame,
		PluginProject,
	} {
		for _, variant := range packaged[code] {
			found[code] = append(found[code], strings.TrimSpace("source.package "+variant))
		}
	}
	return found
}

// inPackage are the parameters of these messages.
var inPackage = []any{
	"file", "dist/app.json", "line", 3, "column", 14, "found", "dist/lib", "other", "dist/App.json", "bytes", 2, "max", 1, "count", 2, "largest", "dist 2",
	"character", "U+0000", "packed", 1, "ratio", 2, "method", 14, "wanted", "app.json", "root", "dist", "setting", "pages", "value", "pages/a", "page", "pages/a",
	"listed", 7, "host", "https://example.com", "component", "badge", "path", "/badge",
}

// profile is what a mini program's information can break when creating and when changing.
var profile = map[Code][]string{
	Blank:            {"name", "tagline", "description", "logo", "industryCode", "servicePhone", "serviceEmail"},
	TooShort:         {"name", "tagline", "description"},
	TooLong:          append(longEmail("serviceEmail"), "name", "tagline", "description"),
	InvalidCharacter: {"name", "tagline", "description"},
	InvalidFormat:    {"logo", "industryCode", "servicePhone", "serviceEmail"},
	NotFound:         {"industryCode"}, Taken: {"name"}, UnsupportedType: {"logo"}, TooLarge: {"logo"}, TooSmall: {"logo"},
	TooManyPixels: {"logo"}, NotSquare: {"logo"}, InvalidImage: {"logo"},
}

// params are what each code comes with.
var params = map[Code][]any{
	TooShort: {"weight", 2, "min", 3, "max", 30}, TooLong: {"weight", 31, "min", 3, "max", 30}, InvalidCharacter: {"character", "U+202E"},
	InvalidFormat: {"format", "XXXX"}, NotFound: {"value", "0000", "count", 2}, UnsupportedType: {"found", "image/gif", "allowed", "image/png, image/jpeg"},
	TooLarge: {"bytes", 262145, "max", 262144}, TooSmall: {"width", 63, "min", 64}, TooManyPixels: {"width", 4097, "max", 4096},
	NotSquare: {"width", 64, "height", 65}, QuotaExceeded: {"used", 10, "limit", 10}, TooLate: {"max", "2027-11-28T08:30:00.000Z"}, TooMany: {"count", 11, "max", 10}, NotEmpty: {"count", 3},
	WrongStatus: {"status", "REMOVED", "step", "BLOCK", "allowed", "ACTIVE, BLOCKED"},
	WrongRole:   {"role", "OWNER", "step", "BLOCK", "allowed", "MASTER, DEVELOPER"},
}

// choices are the values that a field can have.
var choices = map[string][]any{"role": {"found", "OWNER", "allowed", "MASTER, DEVELOPER"}, "locale": {"found", "fr", "allowed", "en, zh-Hans"}}

func with(base, more map[Code][]string) map[Code][]string {
	all := maps.Clone(base)
	for code, fields := range more {
		all[code] = slices.Concat(all[code], fields)
	}
	return all
}

func TestEachMutationDeclaresItsUserErrors(t *testing.T) {
	t.Parallel()
	schema := contract(t)
	for _, mutation := range schema.Mutation.Fields {
		declared := mutation.Directives.ForName("userErrors")
		if declared == nil {
			t.Errorf("%s has no @userErrors", mutation.Name)
			continue
		}
		payload := schema.Types[mutation.Type.Name()]
		for field, want := range map[string]string{"userErrors": "[UserError!]!", "query": "Query!"} {
			if found := payload.Fields.ForName(field); found == nil || found.Type.String() != want {
				t.Errorf("%s has no %s: %s", payload.Name, field, want)
			}
		}
		if warnings := payload.Fields.ForName("warnings"); (warnings != nil) != (declared.Arguments.ForName("warnings") != nil) {
			t.Errorf("%s and its directive differ about warnings", mutation.Name)
		}
		sentence := checkDeclared(t, schema, mutation, declared.Arguments.ForName("codes"), "User errors", carried)
		sentence += checkDeclared(t, schema, mutation, declared.Arguments.ForName("warnings"), "Warnings", advised)
		if described := strings.Join(strings.Fields(mutation.Description), " "); !strings.HasSuffix(described, sentence) ||
			strings.Count(described, "User errors:")+strings.Count(described, "Warnings:") != strings.Count(sentence, ":") {
			t.Errorf("%s: the description does not end with %q: %s", mutation.Name, sentence, described)
		}
	}
	for mutation := range carried {
		if schema.Mutation.Fields.ForName(mutation) == nil {
			t.Errorf("there is no mutation %s", mutation)
		}
	}
}

// checkDeclared compares the codes of an argument of @userErrors with the table, and returns the sentence that repeats them.
func checkDeclared(t *testing.T, schema *graphql.Schema, mutation *graphql.FieldDefinition, argument *graphql.Argument, title string, table map[string]map[Code][]string) string {
	t.Helper()
	names := []string{}
	if argument != nil {
		for _, value := range argument.Value.Children {
			names = append(names, value.Value.Raw)
		}
	}
	for _, name := range names {
		if len(table[mutation.Name][Code(name)]) == 0 {
			t.Errorf("no field is known to carry %s of %s", name, mutation.Name)
		}
	}
	for code, fields := range table[mutation.Name] {
		if !slices.Contains(names, string(code)) {
			t.Errorf("%s does not declare %s", mutation.Name, code)
		}
		for _, field := range fields {
			field, _, _ = strings.Cut(field, " ")
			if input := schema.Types[mutation.Arguments.ForName("input").Type.Name()]; field != "" && !leads(schema, input, strings.Split(field, ".")) {
				t.Errorf("%s has no field %s to carry %s", input.Name, field, code)
			}
		}
	}
	if len(names) == 0 {
		return ""
	}
	return " " + title + ": " + strings.Join(names, ", ") + "."
}

func TestCodesAreThoseOfTheSchema(t *testing.T) {
	t.Parallel()
	inSchema := map[Code]bool{}
	for _, value := range contract(t).Types["UserErrorCode"].EnumValues {
		inSchema[Code(value.Name)] = true
	}
	inCode := codes(t)
	for _, code := range inCode {
		if !inSchema[code] {
			t.Errorf("the schema has no %s", code)
		}
	}
	if len(inCode) != len(inSchema) {
		t.Errorf("%d codes in Go, %d in the schema", len(inCode), len(inSchema))
	}
}

func contract(t *testing.T) *graphql.Schema {
	t.Helper()
	text, err := os.ReadFile("../../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	return gqlparser.MustLoadSchema(&graphql.Source{Name: "schema.graphqls", Input: string(text)})
}

// leads tells whether the steps lead to a field of an input, positions in lists left out.
func leads(schema *graphql.Schema, input *graphql.Definition, steps []string) bool {
	for _, step := range steps {
		if step == "0" {
			continue
		}
		if input == nil || input.Fields.ForName(step) == nil {
			return false
		}
		input = schema.Types[input.Fields.ForName(step).Type.Name()]
	}
	return true
}

// codes reads the constants of the package, so that a new one cannot be forgotten.
func codes(t *testing.T) []Code {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "usererror.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var found []Code
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if of, ok := spec.Type.(*ast.Ident); ok && of.Name == "Code" {
			text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, Code(text))
		}
		return true
	})
	return found
}
