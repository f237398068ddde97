// Package fault holds what can be wrong with a request: user errors, which the person at the form can
// repair, and refusals, which that person cannot.
package fault

import (
	"fmt"
	"slices"
	"strings"
)

// Code names the rule that an input breaks. The values are those of the schema's user-error enums.
type Code string

// The codes that user errors and warnings carry.
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
	TotpRequired         Code = "TOTP_REQUIRED"
	AlreadyEnabled       Code = "ALREADY_ENABLED"
	NotEnabled           Code = "NOT_ENABLED"
	NotStarted           Code = "NOT_STARTED"
	Unsupported          Code = "UNSUPPORTED"
	TooMany              Code = "TOO_MANY"
	Duplicate            Code = "DUPLICATE"
	AlreadyMember        Code = "ALREADY_MEMBER"
	AlreadyInvited       Code = "ALREADY_INVITED"
	OtherAccount         Code = "OTHER_ACCOUNT"
	SignInRequired       Code = "SIGN_IN_REQUIRED"
	WrongStatus          Code = "WRONG_STATUS"
	WrongRole            Code = "WRONG_ROLE"
	NotEmpty             Code = "NOT_EMPTY"
	NotChinese           Code = "NOT_CHINESE"
)

// UserError is one mistake in an input. Field is the input field's name, a Path to one inside a list, or "" for the request as a
// whole.
type UserError struct {
	Field  string
	Code   Code
	Params []Param
}

// Path returns the field that these steps lead to: names, and positions in a list.
func Path(steps ...any) string {
	parts := make([]string, len(steps))
	for i, step := range steps {
		parts[i] = fmt.Sprint(step)
	}
	return strings.Join(parts, ".")
}

// Steps returns the way to the field; none for the request as a whole.
func (e UserError) Steps() []string {
	if e.Field == "" {
		return nil
	}
	return strings.Split(e.Field, ".")
}

// name is what the field itself is called.
func (e UserError) name() string { return e.Field[strings.LastIndexByte(e.Field, '.')+1:] }

// Param is one figure or word of a message, such as the limit that was passed.
type Param struct {
	Name  string
	Value any
}

// List collects the mistakes of one input, at most one a field: the first that is added stays.
type List struct {
	fields []string
	errors []UserError
}

// NewList returns an empty list for an input whose fields are declared in this order.
func NewList(fields ...string) *List { return &List{fields: fields} }

// Add records that field breaks the rule named by code. The params are pairs of a name and a value.
func (l *List) Add(field string, code Code, params ...any) {
	if l.Has(field) {
		return
	}
	e := UserError{Field: field, Code: code}
	for i := 0; i+1 < len(params); i += 2 {
		e.Params = append(e.Params, Param{Name: params[i].(string), Value: params[i+1]})
	}
	l.errors = append(l.errors, e)
}

// Has tells whether field has a mistake already.
func (l *List) Has(field string) bool {
	return slices.ContainsFunc(l.errors, func(e UserError) bool { return e.Field == field })
}

// Empty tells that nothing was recorded.
func (l *List) Empty() bool { return len(l.errors) == 0 }

// Errors returns the mistakes in the order of the input's fields; one of the whole request stands where the order has "",
// and first where it has none.
func (l *List) Errors() []UserError {
	if l == nil {
		return nil
	}
	sorted := slices.Clone(l.errors)
	slices.SortStableFunc(sorted, func(a, b UserError) int {
		return slices.Index(l.fields, a.Field) - slices.Index(l.fields, b.Field)
	})
	return sorted
}
