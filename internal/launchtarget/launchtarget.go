// Package launchtarget has the launch targets, the apps that mini programs are made for, and their rules as data, which both checks and
// hints are made from.
package launchtarget

import (
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/text/language"

	"minidock/internal/id"
	"minidock/internal/locale"
)

// Target is a launch target.
type Target struct {
	// Code is its name in inputs.
	Code string
	// Language is the BCP 47 tag of its mini programs' texts.
	Language string
	// Quota is the most mini programs of a workspace.
	Quota int
	// FieldRules are in the order of the form.
	FieldRules []Rule

	name locale.Text
}

// Rule is a target's rule for one field. Limits that are nil do not apply.
type Rule struct {
	// Field is the input field's name.
	Field                string
	Required             bool
	MinLength, MaxLength *int
	// Pattern is a regular expression that a text must match.
	Pattern *string
	// MaxBytes is a text's or file's greatest size.
	MaxBytes     *int
	ContentTypes []string
	// AspectRatio is the shape of a picture, width to height.
	AspectRatio *string
	// MinSide and MaxSide limit the width and height of a picture, in pixels.
	MinSide, MaxSide *int

	// hint is the rule in a sentence, with the names of its limits in braces.
	hint locale.Text
}

// AlipayCN is Alipay China. Its rules come from the page "Create mini programs" of the Alipay+ Mini Program Platform.
var AlipayCN = &Target{
	Code: "ALIPAY_CN", name: locale.Of("Alipay China", "支付宝（中国）"), Language: "zh-Hans", Quota: 10,
	FieldRules: []Rule{
		{
			Field: "name", Required: true, MinLength: new(3), MaxLength: new(30),
			hint: locale.Of("{min} to {max} characters; a Chinese character counts as 2, a letter or digit as 1.",
				"{min} 到 {max} 个字符；一个汉字算 2 个字符，一个字母或数字算 1 个字符。"),
		},
		{
			Field: "tagline", Required: true, MinLength: new(10), MaxLength: new(30),
			hint: locale.Of("{min} to {max} characters; a Chinese character counts as 2, a letter or digit as 1.",
				"{min} 到 {max} 个字符；一个汉字算 2 个字符，一个字母或数字算 1 个字符。"),
		},
		{
			Field: "description", Required: true, MinLength: new(20), MaxLength: new(200),
			hint: locale.Of("{min} to {max} characters; a Chinese character counts as 2, a letter or digit as 1. Line breaks are allowed.",
				"{min} 到 {max} 个字符；一个汉字算 2 个字符，一个字母或数字算 1 个字符。可以换行。"),
		},
		{
			Field: "logo", Required: true, MaxBytes: new(262_144), ContentTypes: []string{"image/png", "image/jpeg"},
			AspectRatio: new("1:1"), MinSide: new(64), MaxSide: new(4096),
			hint: locale.Of("A square .jpg, .jpeg or .png picture of {minSide} to {maxSide} pixels a side and at most {maxBytes} bytes.",
				"正方形的 .jpg、.jpeg 或 .png 图片，边长 {minSide} 到 {maxSide} 像素，不超过 {maxBytes} 字节。"),
		},
		{
			Field: "industryCode", Required: true,
			hint: locale.Of("The code of an industry; find it with the search box.",
				"行业代码，可通过搜索框查找。"),
		},
		{
			Field: "servicePhone", Required: true, Pattern: new(`^\d{4}-\d{7}$`),
			hint: locale.Of("A landline number like XXXX-XXXXXXX.",
				"固定电话号码，格式为 XXXX-XXXXXXX。"),
		},
		{
			Field: "serviceEmail", Required: true, MaxBytes: new(254),
			hint: locale.Of("An email address of at most {maxBytes} bytes.",
				"电子邮箱地址，不超过 {maxBytes} 字节。"),
		},
	},
}

var (
	all      = []*Target{AlipayCN}
	patterns = compile()
)

// All returns every target. Callers must not change it.
func All() []*Target { return all }

// ByCode returns the target with this code.
func ByCode(code string) (*Target, bool) {
	for _, target := range all {
		if target.Code == code {
			return target, true
		}
	}
	return nil, false
}

// ID returns the target's opaque global id.
func (t *Target) ID() string { return id.Of(id.LaunchTarget, t.Code) }

// Name returns what people call the target in a language.
func (t *Target) Name(tag language.Tag) string { return t.name.In(tag) }

// IsNode says that it has a global id.
func (t *Target) IsNode() {}

// Rule returns the target's rule for a field. It panics without one: every field of the form has its rule.
func (t *Target) Rule(field string) Rule {
	for _, rule := range t.FieldRules {
		if rule.Field == field {
			return rule
		}
	}
	panic(fmt.Sprintf("launch target %s has no rule for %s", t.Code, field))
}

// Matches says whether a text matches the rule's pattern; without one every text does.
func (r Rule) Matches(s string) bool {
	return r.Pattern == nil || patterns[*r.Pattern].MatchString(s)
}

// Hint returns the rule in a sentence for people.
func (r Rule) Hint(tag language.Tag) string {
	sentence := r.hint.In(tag)
	for name, figure := range map[string]*int{
		"min": r.MinLength, "max": r.MaxLength, "maxBytes": r.MaxBytes, "minSide": r.MinSide, "maxSide": r.MaxSide,
	} {
		if figure != nil {
			sentence = strings.ReplaceAll(sentence, "{"+name+"}", fmt.Sprint(*figure))
		}
	}
	return sentence
}

func compile() map[string]*regexp.Regexp {
	compiled := map[string]*regexp.Regexp{}
	for _, target := range all {
		for _, rule := range target.FieldRules {
			if rule.Pattern != nil {
				compiled[*rule.Pattern] = regexp.MustCompile(*rule.Pattern)
			}
		}
	}
	return compiled
}
