package fault

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/language"
)

// userErrorOf returns the user error of an entry of the tables: a field, and the variant of the message if it has one.
func userErrorOf(code Code, entry string, extra ...any) UserError {
	field, variant, _ := strings.Cut(entry, " ")
	details := slices.Concat(extra, params[code])
	if field == "source.package" {
		details = inPackage
	}
	if code == Unsupported {
		details = choices[field[strings.LastIndexByte(field, '.')+1:]]
	}
	if variant != "" {
		details = append(details, Variant(variant))
	}
	errs := &UserErrors{}
	errs.Add(field, code, details...)
	return errs.All()[0]
}

// eachUserError calls do with every user error and warning that a mutation or the check of a package can report.
func eachUserError(do func(mutation string, e UserError)) {
	for mutation, codes := range carried {
		for code, entries := range with(codes, advised[mutation]) {
			for _, entry := range entries {
				do(mutation, userErrorOf(code, entry))
			}
		}
	}
	for code, variants := range packaged {
		for _, variant := range variants {
			do("a package", New("source.package", code, append(slices.Clone(inPackage), Variant(variant))...))
		}
	}
}

func TestEveryUserErrorHasAMessageInBothLanguages(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	eachUserError(func(mutation string, e UserError) {
		english, chinese := e.Message(language.English), e.Message(language.SimplifiedChinese)
		for _, sentence := range []string{english, chinese} {
			if sentence == "" || strings.ContainsAny(sentence, "{}") {
				t.Errorf("%s of %s in %s: %q", e.Code, e.Field, mutation, sentence)
			}
		}
		if strings.ContainsFunc(english, isHan) || !strings.ContainsFunc(chinese, isHan) || !strings.HasSuffix(english, ".") || !strings.HasSuffix(chinese, "。") {
			t.Errorf("%s of %s: %q and %q", e.Code, e.Field, english, chinese)
		}
		if !unicode.IsUpper([]rune(english)[0]) || e.Field != "" && (e.label().English == "" || e.label().Chinese == "") {
			t.Errorf("%s of %s is called nothing: %q", e.Code, e.Field, english)
		}
		used[e.MessageKey()] = true
		if e.variant != "" && !strings.HasSuffix(e.MessageKey(), string("."+e.variant)) {
			t.Errorf("%s of %s in %s has no message of its own for %s", e.Code, e.Field, mutation, e.variant)
		}
	})
	// For a status or role that has no sentence of its own.
	used["WRONG_STATUS"], used["WRONG_ROLE"] = true, true
	for key := range sentences {
		if !used[key] {
			t.Errorf("no user error has the message %s", key)
		}
	}
}

func TestTwoUserErrorsOfAFormDoNotReadAlike(t *testing.T) {
	t.Parallel()
	for _, tag := range []language.Tag{language.English, language.SimplifiedChinese} {
		seen := map[string]UserError{}
		eachUserError(func(mutation string, e UserError) {
			message := e.Message(tag)
			if other, ok := seen[mutation+message]; ok {
				t.Errorf("%s of %s in %s reads like %s of %s: %s", e.Code, e.Field, mutation, other.Code, other.Field, message)
			}
			seen[mutation+message] = e
		})
	}
}

// banned are words that do not belong into messages for people: values of enums, odd English, and Chinese that fits several values only.
var banned = regexp.MustCompile(`\b(OWNER|MASTER|DEVELOPER|ACTIVE|BLOCKED|REMOVED|INVITED|ACCEPTED|EXPIRED|WITHDRAWN|ALIPAY_CN)\b` +
	`|(?i)\b(e-mail|told|tell|tells|anew|whoever|merely|stands|counts?)\b|之一|标志|账户|变更|登录凭证`)

func TestMessagesAreInPlainWords(t *testing.T) {
	t.Parallel()
	for key, sentence := range sentences {
		for _, text := range []string{sentence.English, sentence.Chinese} {
			if found := banned.FindString(placeholder.ReplaceAllString(text, "")); found != "" {
				t.Errorf("%s: %q is in %q", key, found, text)
			}
		}
	}
	for field, label := range labels {
		if found := banned.FindString(label.English + " " + label.Chinese); found != "" {
			t.Errorf("%s is called %q", field, found)
		}
	}
	eachUserError(func(mutation string, e UserError) {
		for _, tag := range []language.Tag{language.English, language.SimplifiedChinese} {
			if found := banned.FindString(e.Message(tag)); found != "" {
				t.Errorf("%s of %s in %s: %q is in %q", e.Code, e.Field, mutation, found, e.Message(tag))
			}
		}
	})
}

// What is counted agrees with its number: 1 character, 2 characters.
func TestMessagesAgreeWithTheirNumbers(t *testing.T) {
	t.Parallel()
	plural := regexp.MustCompile(`\b1 (characters|mini programs|workspaces)\b`)
	singular := regexp.MustCompile(`\b([02-9]|\d\d+) (character|mini program|workspace|invitation|byte|pixel)\b`)
	for mutation, codes := range carried {
		for code, entries := range codes {
			for _, entry := range entries {
				for _, n := range []int{0, 1, 2, 21} {
					message := userErrorOf(code, entry, "weight", n, "count", n, "used", n).Message(language.English)
					if plural.MatchString(message) || singular.MatchString(message) {
						t.Errorf("%s of %q in %s: %s", code, entry, mutation, message)
					}
				}
			}
		}
	}
}

func TestMessagesSayWhatAPersonWould(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		field            string
		code             Code
		params           []any
		english, chinese string
	}{
		{"tagline", TooShort, []any{"weight", 1, "min", 10, "max", 30}, "The tagline has 1 character; it must have 10 to 30.", "一句话简介太短：现有 1 个字符，应为 10 到 30 个。"},
		{"tagline", TooLong, []any{"weight", 31, "min", 10, "max", 30}, "The tagline has 31 characters; it can have at most 30.", "一句话简介太长：现有 31 个字符，最多 30 个。"},
		{"newPassword", TooShort, InBytes("x", 1, 8, 256, "password"), "The new password has 1 character; it must have at least 8.", "新密码太短：现有 1 个字符，至少 8 个。"},
		{"newPassword", TooShort, InBytes("密码", 6, 8, 256, "password"), "The new password has 6 bytes; it must have at least 8. A Chinese character has 3 bytes.", "新密码太短：现有 6 字节，至少 8 字节（一个汉字为 3 字节）。"},
		{"password", TooLong, InBytes("密", 258, 8, 256, ""), "The password has 258 bytes; it can have at most 256.", "密码太长：现有 258 字节，最多 256 字节。"},
		{"", InvalidCredentials, nil, "Incorrect email address or password.", "电子邮箱或密码不正确。"},
		{"currentPassword", InvalidCredentials, []any{Variant("password")}, "The current password is incorrect.", "当前密码不正确。"},
		{"challenge", InvalidToken, nil, "The sign-in has expired. Start again.", "本次登录已失效，请重新登录。"},
		{"challenge", Blank, nil, "The challenge is required.", "请填写登录验证。"},
		{"memberId", WrongStatus, []any{"status", "REMOVED", "step", "BLOCK", "allowed", "ACTIVE", Variant("BLOCK.REMOVED")}, "A removed member cannot be blocked.", "已移除的成员不能停用。"},
		{"memberId", WrongStatus, []any{"status", "REMOVED", "step", "PRAISE", "allowed", "ACTIVE", Variant("PRAISE.REMOVED")}, "The member's status does not allow this.", "成员的当前状态不允许此操作。"},
		{"memberId", WrongRole, []any{"role", "OWNER", "step", "PRAISE", "allowed", "MASTER", Variant("PRAISE.OWNER")}, "The member's role does not allow this.", "成员的角色不允许此操作。"},
		{"invitations", TooMany, []any{"count", 11, "max", 10}, "At most 10 invitations at once; you sent 11.", "一次最多邀请 10 人，现为 11 人。"},
		{"invitations.3.email", Duplicate, nil, "The email address appears twice in this list.", "电子邮箱在列表中重复。"},
		{"invitations.3.name", Blank, nil, "The name is required.", "请填写姓名。"},
		{"name", Blank, nil, "The name is required.", "请填写名称。"},
		{"logo", NotSquare, []any{"width", 64, "height", 65}, "The logo must be square; it is 64 by 65 pixels.", "小程序图标应为正方形：现为 64×65 像素。"},
		{"logo", UnsupportedType, []any{"found", "image/gif", "allowed", "image/png, image/jpeg"},
			"The logo must be a PNG or JPEG picture with a matching file name and type; found image/gif.",
			"小程序图标应为 PNG 或 JPEG 图片，文件名和类型应与内容一致；现为 image/gif。"},
		{"role", Unsupported, []any{"found", "OWNER", "allowed", "MASTER, DEVELOPER"}, "The role can only be master or developer.", "角色只能是管理员或开发者。"},
		{"locale", Unsupported, []any{"found", "fr", "allowed", "en, zh-Hans"}, "The language can only be English or Simplified Chinese.", "语言只能是英语或简体中文。"},
		{"workspaceId", OwnerMustTransfer, nil, "The owner cannot leave. Transfer ownership first.", "所有者不能退出，请先转让所有权。"},
		{"miniProgramIds", NotFound, []any{"count", 1}, "Not in this workspace: 1 mini program.", "所选小程序中有 1 个不属于该工作空间。"},
		{"miniProgramIds", NotFound, []any{"count", 2}, "Not in this workspace: 2 mini programs.", "所选小程序中有 2 个不属于该工作空间。"},
		{"industryCode", NotFound, []any{"value", "{field}{max}"}, "There is no industry with the code {field}{max}.", "没有代码为 {field}{max} 的行业。"}, // not read as a placeholder
	} {
		errs := &UserErrors{}
		errs.Add(test.field, test.code, test.params...)
		e := errs.All()[0]
		if got := e.Message(language.English); got != test.english {
			t.Errorf("%s of %s: %q, want %q", test.code, test.field, got, test.english)
		}
		if got := e.Message(language.SimplifiedChinese); got != test.chinese {
			t.Errorf("%s of %s: %q, want %q", test.code, test.field, got, test.chinese)
		}
	}
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }
