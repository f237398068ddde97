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

// carried says which fields of each mutation can carry a code; "" is the request as a whole. A code of the schema that
// is missing here, and one here that the schema does not have, fail the test.
var carried = map[string]map[Code][]string{
	"SignUpUserErrorCode": {
		Blank: {"email", "password", "displayName"}, InvalidFormat: {"email", "displayName"}, Taken: {"email"}, TooShort: {"password"},
		TooLong: {"email", "password", "displayName"}, TooCommon: {"password"},
	},
	"SignInUserErrorCode":         {InvalidCredentials: {""}, TotpRequired: {""}},
	"SignInWithTotpUserErrorCode": {Blank: {"challenge", "code"}, InvalidToken: {"challenge"}, InvalidCode: {"code"}},
	"ChangePasswordUserErrorCode": {
		Blank: {"current", "new"}, TooShort: {"new"}, TooLong: {"new"}, TooCommon: {"new"}, InvalidCredentials: {"current"},
	},
	"RequestPasswordResetUserErrorCode": {Blank: {"email"}, InvalidFormat: {"email"}, TooLong: {"email"}},
	"ResetPasswordUserErrorCode": {
		Blank: {"token", "new"}, InvalidToken: {"token"}, TooShort: {"new"}, TooLong: {"new"}, TooCommon: {"new"},
	},
	"UpdateProfileUserErrorCode": {
		Blank: {"displayName", "locale"}, InvalidFormat: {"displayName", "locale"}, TooLong: {"displayName"}, Unsupported: {"locale"},
	},
	"ChangeEmailUserErrorCode": {
		Blank: {"email", "password"}, InvalidFormat: {"email"}, Taken: {"email"}, TooLong: {"email"}, InvalidCredentials: {"password"},
	},
	"ConfirmEmailUserErrorCode": {Blank: {"token"}, InvalidToken: {"token"}, Taken: {"token"}},
	"EnableTotpUserErrorCode":   {Blank: {"password"}, InvalidCredentials: {"password"}, AlreadyEnabled: {""}},
	"ConfirmTotpUserErrorCode":  {Blank: {"code"}, InvalidCode: {"code"}, NotStarted: {""}},
	"DisableTotpUserErrorCode": {
		Blank: {"password", "code"}, InvalidCredentials: {"password"}, InvalidCode: {"code"}, NotEnabled: {""},
	},
	"CreateWorkspaceUserErrorCode": {Blank: {"name"}, InvalidCharacter: {"name"}, TooLong: {"name"}},
	"ChooseWorkspaceUserErrorCode": {NotFound: {"workspaceId"}},
	"InviteMembersUserErrorCode": {
		Blank: {"invitations", "invitations.0.name", "invitations.0.email", "invitations.0.miniProgramIds"}, TooMany: {"invitations"},
		InvalidCharacter: {"invitations.0.name"}, InvalidFormat: {"invitations.0.email"}, TooLong: {"invitations.0.name", "invitations.0.email"},
		Unsupported: {"invitations.0.role"}, NotFound: {"invitations.0.miniProgramIds"}, Duplicate: {"invitations.0.email"},
		AlreadyMember: {"invitations.0.email"}, AlreadyInvited: {"invitations.0.email"},
	},
	"ResendInvitationUserErrorCode": {
		WrongStatus: {"invitationId"}, AlreadyMember: {"invitationId"}, AlreadyInvited: {"invitationId"},
	},
	"WithdrawInvitationUserErrorCode": {WrongStatus: {"invitationId"}},
	"AcceptInvitationUserErrorCode": {
		Blank: {"token", "password", "displayName"}, InvalidFormat: {"displayName"}, TooShort: {"password"},
		TooLong: {"password", "displayName"}, TooCommon: {"password"}, InvalidToken: {"token"}, OtherAccount: {"token"},
		SignInRequired: {""}, AlreadyMember: {"token"},
	},
	"ChangeMemberRoleUserErrorCode":   {Unsupported: {"role"}, WrongStatus: {"memberId"}, WrongRole: {"memberId"}},
	"AssignMiniProgramsUserErrorCode": {NotFound: {"miniProgramIds"}, WrongStatus: {"memberId"}, WrongRole: {"memberId"}},
	"BlockMemberUserErrorCode":        {WrongStatus: {"memberId"}, WrongRole: {"memberId"}},
	"UnblockMemberUserErrorCode":      {WrongStatus: {"memberId"}, WrongRole: {"memberId"}},
	"RemoveMemberUserErrorCode":       {WrongStatus: {"memberId"}, WrongRole: {"memberId"}},
	"TransferOwnershipUserErrorCode": {
		Blank: {"password"}, InvalidCredentials: {"password"}, WrongStatus: {"memberId"}, WrongRole: {"memberId"},
	},
	"RenameWorkspaceUserErrorCode": {Blank: {"name"}, InvalidCharacter: {"name"}, TooLong: {"name"}},
	"DeleteWorkspaceUserErrorCode": {NotEmpty: {"workspaceId"}},
	"CreateMiniProgramUserErrorCode": with(profile, map[Code][]string{
		Blank: {"launchTargetCode", "idempotencyKey"}, InvalidFormat: {"launchTargetCode", "idempotencyKey"}, NotFound: {"launchTargetCode"},
		TooLong: {"idempotencyKey"}, QuotaExceeded: {""}, IdempotencyKeyReused: {"idempotencyKey"},
	}),
	"UpdateMiniProgramUserErrorCode": profile,
	"CreateMiniProgramWarningCode":   {NotChinese: {"name", "tagline", "description"}},
	"UpdateMiniProgramWarningCode":   {NotChinese: {"name", "tagline", "description"}},
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

func TestEveryMistakeHasASentenceInBothLanguages(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for enum, codes := range carried {
		for code, fields := range codes {
			for _, field := range fields {
				wrong := NewList()
				wrong.Add(field, code, params[code]...)
				e := wrong.Errors()[0]
				english, chinese := e.Message(language.English), e.Message(language.SimplifiedChinese)
				for _, sentence := range []string{english, chinese} {
					if sentence == "" || strings.ContainsAny(sentence, "{}") {
						t.Errorf("%s of %s in %s: %q", code, field, enum, sentence)
					}
				}
				if strings.ContainsFunc(english, isHan) || !strings.ContainsFunc(chinese, isHan) || !strings.HasSuffix(english, ".") || !strings.HasSuffix(chinese, "。") {
					t.Errorf("%s of %s: %q and %q", code, field, english, chinese)
				}
				if !unicode.IsUpper([]rune(english)[0]) || field != "" && (labels[e.name()].english == "" || labels[e.name()].chinese == "") {
					t.Errorf("%s of %s is called nothing: %q", code, field, english)
				}
				if key := e.MessageKey(); key != string(code) && key != string(code)+"."+e.name() {
					t.Errorf("%s of %s has the key %s", code, field, key)
				}
				// Two mistakes of a form must not read alike.
				if other, ok := seen[enum+english]; ok {
					t.Errorf("%s of %s in %s reads like %s: %s", code, field, enum, other, english)
				}
				seen[enum+english] = string(code) + " of " + field
			}
		}
	}
}

func TestWhatAClientSentIsNotReadAsAPlaceholder(t *testing.T) {
	t.Parallel()
	wrong := NewList()
	wrong.Add("industryCode", NotFound, "value", "{field}{max}")
	if got := wrong.Errors()[0].Message(language.English); got != "The industry is not known: {field}{max}." {
		t.Errorf("message %q", got)
	}
}

func TestCodesAreThoseOfTheSchema(t *testing.T) {
	t.Parallel()
	contract, err := os.ReadFile("../../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	schema := gqlparser.MustLoadSchema(&graphql.Source{Name: "schema.graphqls", Input: string(contract)})
	inSchema := map[Code]bool{}
	for name, definition := range schema.Types {
		if !strings.HasSuffix(name, "UserErrorCode") && !strings.HasSuffix(name, "WarningCode") {
			continue
		}
		for _, value := range definition.EnumValues {
			inSchema[Code(value.Name)] = true
			if len(carried[name][Code(value.Name)]) == 0 {
				t.Errorf("no field is known to carry %s.%s", name, value.Name)
			}
		}
		for code := range carried[name] {
			if definition.EnumValues.ForName(string(code)) == nil {
				t.Errorf("%s has no %s", name, code)
			}
		}
		checkFields(t, schema, name)
	}
	inCode := codes(t)
	for _, code := range inCode {
		if !inSchema[code] {
			t.Errorf("no enum of the schema has %s", code)
		}
	}
	if len(inCode) != len(inSchema) {
		t.Errorf("%d codes in Go, %d in the schema", len(inCode), len(inSchema))
	}
}

// checkFields makes sure that the fields of an enum's codes are fields of the mutation's input.
func checkFields(t *testing.T, schema *graphql.Schema, enum string) {
	t.Helper()
	input := schema.Types[strings.TrimSuffix(strings.TrimSuffix(enum, "UserErrorCode"), "WarningCode")+"Input"]
	for code, fields := range carried[enum] {
		for _, field := range fields {
			if field != "" && !leads(schema, input, strings.Split(field, ".")) {
				t.Errorf("%s: %s has no field %s to carry %s", enum, input.Name, field, code)
			}
		}
	}
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
