// Package fault has the errors of requests: user errors, which the person at the form can repair, and refusals, which they cannot.
package fault

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Code is the rule that an input breaks. The values are those of the schema's enum UserErrorCode.
type Code string

// The codes of user errors and warnings.
const (
	Blank                Code = "BLANK"
	TooShort             Code = "TOO_SHORT"
	TooLong              Code = "TOO_LONG"
	TooCommon            Code = "TOO_COMMON"
	InvalidCharacter     Code = "INVALID_CHARACTER"
	InvalidFormat        Code = "INVALID_FORMAT"
	NotFound             Code = "NOT_FOUND"
	Taken                Code = "TAKEN"
	UnsupportedType      Code = "UNSUPPORTED_TYPE"
	TooLarge             Code = "TOO_LARGE"
	TooSmall             Code = "TOO_SMALL"
	TooManyPixels        Code = "TOO_MANY_PIXELS"
	NotSquare            Code = "NOT_SQUARE"
	InvalidImage         Code = "INVALID_IMAGE"
	QuotaExceeded        Code = "QUOTA_EXCEEDED"
	IdempotencyKeyReused Code = "IDEMPOTENCY_KEY_REUSED"
	InvalidCredentials   Code = "INVALID_CREDENTIALS"
	InvalidToken         Code = "INVALID_TOKEN"
	InvalidCode          Code = "INVALID_CODE"
	AlreadyEnabled       Code = "ALREADY_ENABLED"
	EmailNotConfirmed    Code = "EMAIL_NOT_CONFIRMED"
	LastAdmin            Code = "LAST_ADMIN"
	NotEnabled           Code = "NOT_ENABLED"
	NotStarted           Code = "NOT_STARTED"
	Unsupported          Code = "UNSUPPORTED"
	TooMany              Code = "TOO_MANY"
	Duplicate            Code = "DUPLICATE"
	AlreadyMember        Code = "ALREADY_MEMBER"
	AlreadyInvited       Code = "ALREADY_INVITED"
	OtherAccount         Code = "OTHER_ACCOUNT"
	SignInRequired       Code = "SIGN_IN_REQUIRED"
	OwnerMustTransfer    Code = "OWNER_MUST_TRANSFER"
	WrongStatus          Code = "WRONG_STATUS"
	WrongRole            Code = "WRONG_ROLE"
	NotEmpty             Code = "NOT_EMPTY"
	VersionExists        Code = "VERSION_EXISTS"
	VersionTooLow        Code = "VERSION_TOO_LOW"
	NotReady             Code = "NOT_READY"
	Submitted            Code = "SUBMITTED"
	InUse                Code = "IN_USE"
	InThePast            Code = "IN_THE_PAST"
	TooLate              Code = "TOO_LATE"
	NotChinese           Code = "NOT_CHINESE"
)

// The codes of what is wrong with the package of a version.
const (
	NotAZip          Code = "NOT_A_ZIP"
	Encrypted        Code = "ENCRYPTED"
	PathTraversal    Code = "PATH_TRAVERSAL"
	Symlink          Code = "SYMLINK"
	DuplicateName    Code = "DUPLICATE_NAME"
	InvalidName      Code = "INVALID_NAME"
	TooManyFiles     Code = "TOO_MANY_FILES"
	CompressionRatio Code = "COMPRESSION_RATIO"
	Corrupt          Code = "CORRUPT"
	NoAppJSON        Code = "NO_APP_JSON"
	CompiledPackage  Code = "COMPILED_PACKAGE"
	MiniGame         Code = "MINI_GAME"
	PluginProject    Code = "PLUGIN_PROJECT"
	BrokenJSON       Code = "BROKEN_JSON"
	InvalidAppJSON   Code = "INVALID_APP_JSON"
	MissingPage      Code = "MISSING_PAGE"
	SourceNotBuilt   Code = "SOURCE_NOT_BUILT"
	WrongAppID       Code = "WRONG_APP_ID"
)

// The codes of warnings about the package of a version.
const (
	DebugOn           Code = "DEBUG_ON"
	HostNotConfigured Code = "HOST_NOT_CONFIGURED"
	InsecureHost      Code = "INSECURE_HOST"
	MissingComponent  Code = "MISSING_COMPONENT"
	MissingPreload    Code = "MISSING_PRELOAD"
	StrayFile         Code = "STRAY_FILE"
	LargePicture      Code = "LARGE_PICTURE"
	NamesDifferByCase Code = "NAMES_DIFFER_BY_CASE"
)

// UserError is an error in an input. Field is the input field's name, a Path to one inside a list, or "" for the request as a
// whole.
type UserError struct {
	Field  string
	Code   Code
	Params []Param

	variant Variant
}

// Variant names the case of a code that has a message of its own, such as the step that a status does not allow.
type Variant string

// Path returns the field that these steps lead to: names, and positions in a list.
func Path(steps ...any) string {
	parts := make([]string, len(steps))
	for i, step := range steps {
		parts[i] = fmt.Sprint(step)
	}
	return strings.Join(parts, ".")
}

// Steps returns the path to the field; nothing for the request as a whole.
func (e UserError) Steps() []string {
	if e.Field == "" {
		return nil
	}
	return strings.Split(e.Field, ".")
}

// name is what the field itself is called.
func (e UserError) name() string { return e.Field[strings.LastIndexByte(e.Field, '.')+1:] }

// Param is a value in a message, such as the limit that was exceeded.
type Param struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
}

// UserErrors collects the user errors of one input, at most one a field: the first that is added stays. It is an error, which
// operations return; the zero value is empty and ready to use.
type UserErrors struct{ list []UserError }

// Add records that field breaks the rule named by code, with the params of New.
func (e *UserErrors) Add(field string, code Code, params ...any) {
	if !e.Has(field) {
		e.list = append(e.list, New(field, code, params...))
	}
}

// New returns the user error of a field that breaks the rule named by code. The params are pairs of a name and a value, and may end with
// a Variant.
func New(field string, code Code, params ...any) UserError {
	made := UserError{Field: field, Code: code}
	if last := len(params) - 1; len(params)%2 == 1 {
		made.variant, params = params[last].(Variant), params[:last]
	}
	for i := 0; i < len(params); i += 2 {
		made.Params = append(made.Params, Param{Name: params[i].(string), Value: short(params[i+1])})
	}
	return made
}

// maxParam is the most characters of a parameter: what was entered may be much longer, and is repeated in the message.
const maxParam = 100

// short cuts a text that is longer than a parameter may be.
func short(value any) any {
	entered, ok := value.(string)
	if !ok || utf8.RuneCountInString(entered) <= maxParam {
		return value
	}
	runes := []rune(entered)
	return string(runes[:maxParam-1]) + "…"
}

// Take adds a user error as it is, unless its field has one already.
func (e *UserErrors) Take(one UserError) {
	if !e.Has(one.Field) {
		e.list = append(e.list, one)
	}
}

// Has says whether field has a user error already.
func (e *UserErrors) Has(field string) bool {
	return slices.ContainsFunc(e.list, func(one UserError) bool { return one.Field == field })
}

// All returns the user errors in the order in which they were added.
func (e *UserErrors) All() []UserError { return e.list }

// Clone returns user errors to add others to.
func (e *UserErrors) Clone() UserErrors { return UserErrors{list: slices.Clone(e.list)} }

// Err returns the user errors as an error, or nil when there are none.
func (e *UserErrors) Err() error {
	if len(e.list) == 0 {
		return nil
	}
	return e
}

// Error has the codes and fields, but nothing that was entered.
func (e *UserErrors) Error() string {
	texts := make([]string, len(e.list))
	for i, one := range e.list {
		texts[i] = strings.TrimSpace(string(one.Code) + " " + one.Field)
	}
	return "user errors: " + strings.Join(texts, ", ")
}

// InBytes returns the parameters of TOO_SHORT or TOO_LONG for a text whose bytes are counted. A text of ASCII has as many characters, which
// is what the message then calls them; it is in the plain variant.
func InBytes(entered string, weight, least, most int, plain Variant) []any {
	variant := plain
	if strings.ContainsFunc(entered, func(r rune) bool { return r > unicode.MaxASCII }) {
		variant = "bytes"
	}
	return []any{"weight", weight, "min", least, "max", most, variant}
}

// Refuse returns one user error as an error.
func Refuse(field string, code Code, params ...any) error {
	var errs UserErrors
	errs.Add(field, code, params...)
	return errs.Err()
}
