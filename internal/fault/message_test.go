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
	"unicode"

	"github.com/vektah/gqlparser/v2"
	graphql "github.com/vektah/gqlparser/v2/ast"
	"golang.org/x/text/language"
)

// carried says which fields of each mutation's input can carry a user error; "" is the request as a whole. A code that only
// the mutation's @userErrors has, and one that only this table has, fail the test.
var carried = map[string]map[Code][]string{
	"signUp": {
		Blank: {"email", "password", "displayName"}, InvalidCharacter: {"displayName"}, InvalidFormat: {"email", "displayName"}, Taken: {"email"}, TooShort: {"password"},
		TooLong: {"email", "password", "displayName"}, TooCommon: {"password"},
	},
	"signIn":         {InvalidCredentials: {""}},
	"signInWithTotp": {Blank: {"challenge", "code"}, InvalidToken: {"challenge"}, InvalidCode: {"code"}},
	"changePassword": {
		Blank: {"currentPassword", "newPassword"}, TooShort: {"newPassword"}, TooLong: {"newPassword"}, TooCommon: {"newPassword"}, InvalidCredentials: {"currentPassword"},
	},
	"requestPasswordReset": {Blank: {"email"}, InvalidFormat: {"email"}, TooLong: {"email"}},
	"resetPassword": {
		Blank: {"token", "newPassword"}, InvalidToken: {"token"}, TooShort: {"newPassword"}, TooLong: {"newPassword"}, TooCommon: {"newPassword"},
	},
	"updateProfile": {
		Blank: {"displayName", "locale"}, InvalidCharacter: {"displayName"}, InvalidFormat: {"displayName", "locale"}, TooLong: {"displayName"}, Unsupported: {"locale"},
	},
	"changeEmail": {
		Blank: {"email", "password"}, InvalidFormat: {"email"}, Taken: {"email"}, TooLong: {"email"}, InvalidCredentials: {"password"},
	},
	"confirmEmail": {Blank: {"token"}, InvalidToken: {"token"}, Taken: {"token"}},
	"enableTotp":   {Blank: {"password"}, InvalidCredentials: {"password"}, AlreadyEnabled: {""}, EmailNotConfirmed: {""}},
	"confirmTotp":  {Blank: {"code"}, InvalidCode: {"code"}, NotStarted: {""}},
	"disableTotp": {
		Blank: {"password", "code"}, InvalidCredentials: {"password"}, InvalidCode: {"code"}, NotEnabled: {""},
	},
	"createWorkspace": {Blank: {"name"}, InvalidCharacter: {"name"}, InvalidFormat: {"name"}, TooLong: {"name"}, QuotaExceeded: {""}},
	"chooseWorkspace": {NotFound: {"workspaceId"}},
	"inviteMembers": {
		Blank: {"invitations", "invitations.0.name", "invitations.0.email", "invitations.0.miniProgramIds"}, TooMany: {"invitations"},
		InvalidCharacter: {"invitations.0.name"}, InvalidFormat: {"invitations.0.name", "invitations.0.email"}, TooLong: {"invitations.0.name", "invitations.0.email"},
		Unsupported: {"invitations.0.role"}, NotFound: {"invitations.0.miniProgramIds"}, Duplicate: {"invitations.0.email"},
		AlreadyMember: {"invitations.0.email"}, AlreadyInvited: {"invitations.0.email"}, EmailNotConfirmed: {""},
	},
	"resendInvitation": {
		WrongStatus: {"invitationId"}, AlreadyMember: {"invitationId"}, AlreadyInvited: {"invitationId"}, EmailNotConfirmed: {""},
	},
	"withdrawInvitation": {WrongStatus: {"invitationId"}},
	"acceptInvitation": {
		Blank: {"token", "password", "displayName"}, InvalidCharacter: {"displayName"}, InvalidFormat: {"displayName"}, TooShort: {"password"},
		TooLong: {"password", "displayName"}, TooCommon: {"password"}, InvalidToken: {"token"}, OtherAccount: {"token"},
		SignInRequired: {""}, AlreadyMember: {"token"},
	},
	"changeMemberRole":   {Unsupported: {"role"}, WrongStatus: {"memberId"}, WrongRole: {"memberId"}},
	"assignMiniPrograms": {NotFound: {"miniProgramIds"}, WrongStatus: {"memberId"}, WrongRole: {"memberId"}},
	"blockMember":        {WrongStatus: {"memberId"}, WrongRole: {"memberId"}},
	"unblockMember":      {WrongStatus: {"memberId"}, WrongRole: {"memberId"}},
	"removeMember":       {WrongStatus: {"memberId"}, WrongRole: {"memberId"}},
	"transferOwnership": {
		Blank: {"password"}, InvalidCredentials: {"password"}, WrongStatus: {"memberId"}, WrongRole: {"memberId"},
		QuotaExceeded: {"memberId"},
	},
	"leaveWorkspace":  {OwnerMustTransfer: {"workspaceId"}},
	"renameWorkspace": {Blank: {"name"}, InvalidCharacter: {"name"}, InvalidFormat: {"name"}, TooLong: {"name"}},
	"deleteWorkspace": {NotEmpty: {"workspaceId"}},
	"createMiniProgram": with(profile, map[Code][]string{
		Blank: {"launchTargetCode", "idempotencyKey"}, InvalidFormat: {"launchTargetCode", "idempotencyKey"}, NotFound: {"launchTargetCode"},
		TooLong: {"idempotencyKey"}, QuotaExceeded: {""}, IdempotencyKeyReused: {"idempotencyKey"},
	}),
	"updateMiniProgram": profile,
	"addStaff": {
		Blank: {"email"}, InvalidFormat: {"email"}, TooLong: {"email"}, NotFound: {"email"}, EmailNotConfirmed: {""}, LastAdmin: {""},
	},
	"removeStaff": {Blank: {"email"}, InvalidFormat: {"email"}, TooLong: {"email"}, NotFound: {"email"}, LastAdmin: {""}},
}

// advised says the same of warnings.
var advised = map[string]map[Code][]string{
	"createMiniProgram": {NotChinese: {"name", "tagline", "description"}},
	"updateMiniProgram": {NotChinese: {"name", "tagline", "description"}},
}

// profile is what a mini program's information can break when creating and when changing.
var profile = map[Code][]string{
	Blank:            {"name", "tagline", "description", "logo", "industryCode", "servicePhone", "serviceEmail"},
	TooShort:         {"name", "tagline", "description"},
	TooLong:          {"name", "tagline", "description", "serviceEmail"},
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
	Unsupported: {"found", "fr", "allowed", "en, zh-Hans"}, NotSquare: {"width", 64, "height", 65}, QuotaExceeded: {"used", 10, "limit", 10},
	TooMany: {"count", 11, "max", 10}, WrongStatus: {"status", "REMOVED", "allowed", "ACTIVE, BLOCKED"}, NotEmpty: {"count", 3},
	WrongRole: {"role", "OWNER", "allowed", "MASTER, DEVELOPER"},
}

func with(base, more map[Code][]string) map[Code][]string {
	all := maps.Clone(base)
	for code, fields := range more {
		all[code] = slices.Concat(all[code], fields)
	}
	return all
}

func TestEveryUserErrorHasAMessageInBothLanguages(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for mutation, codes := range carried {
		for code, fields := range with(codes, advised[mutation]) {
			for _, field := range fields {
				errs := &UserErrors{}
				errs.Add(field, code, params[code]...)
				e := errs.All()[0]
				english, chinese := e.Message(language.English), e.Message(language.SimplifiedChinese)
				for _, sentence := range []string{english, chinese} {
					if sentence == "" || strings.ContainsAny(sentence, "{}") {
						t.Errorf("%s of %s in %s: %q", code, field, mutation, sentence)
					}
				}
				if strings.ContainsFunc(english, isHan) || !strings.ContainsFunc(chinese, isHan) || !strings.HasSuffix(english, ".") || !strings.HasSuffix(chinese, "。") {
					t.Errorf("%s of %s: %q and %q", code, field, english, chinese)
				}
				if !unicode.IsUpper([]rune(english)[0]) || field != "" && (labels[e.name()].English == "" || labels[e.name()].Chinese == "") {
					t.Errorf("%s of %s is called nothing: %q", code, field, english)
				}
				if key := e.MessageKey(); key != string(code) && key != string(code)+"."+e.name() {
					t.Errorf("%s of %s has the key %s", code, field, key)
				}
				// Two user errors of a form must not read alike.
				if other, ok := seen[mutation+english]; ok {
					t.Errorf("%s of %s in %s reads like %s: %s", code, field, mutation, other, english)
				}
				seen[mutation+english] = string(code) + " of " + field
			}
		}
	}
}

func TestWhatAClientSentIsNotReadAsAPlaceholder(t *testing.T) {
	t.Parallel()
	errs := &UserErrors{}
	errs.Add("industryCode", NotFound, "value", "{field}{max}")
	if got := errs.All()[0].Message(language.English); got != "The industry is not known: {field}{max}." {
		t.Errorf("message %q", got)
	}
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

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }
