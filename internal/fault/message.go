package fault

import (
	"fmt"
	"strings"

	"golang.org/x/text/language"

	"minidock/internal/locale"
)

// sentences holds the messages by key: a code, or a code and a field that needs a message of its own. Words in braces are replaced by
// the parameter of that name, {field} by the label of the field.
var sentences = map[string]locale.Text{
	"BLANK":                        locale.Of("{field} must be filled in.", "请填写{field}。"),
	"BLANK.invitations":            locale.Of("At least one person must be invited.", "请至少邀请一人。"),
	"BLANK.miniProgramIds":         locale.Of("At least one mini program must be chosen.", "请至少选择一个小程序。"),
	"TOO_SHORT":                    locale.Of("{field} is too short: it counts {weight} and must count {min} to {max}.", "{field}太短：现计 {weight} 个字符，应为 {min} 到 {max} 个字符。"),
	"TOO_SHORT.password":           locale.Of("The password is too short: it has {weight} bytes and must have {min} to {max}.", "密码太短：现为 {weight} 字节，应为 {min} 到 {max} 字节。"),
	"TOO_SHORT.new":                locale.Of("The new password is too short: it has {weight} bytes and must have {min} to {max}.", "新密码太短：现为 {weight} 字节，应为 {min} 到 {max} 字节。"),
	"TOO_LONG":                     locale.Of("{field} is too long: it counts {weight} and must count {min} to {max}.", "{field}太长：现计 {weight} 个字符，应为 {min} 到 {max} 个字符。"),
	"TOO_LONG.password":            locale.Of("The password is too long: it has {weight} bytes and must have {min} to {max}.", "密码太长：现为 {weight} 字节，应为 {min} 到 {max} 字节。"),
	"TOO_LONG.new":                 locale.Of("The new password is too long: it has {weight} bytes and must have {min} to {max}.", "新密码太长：现为 {weight} 字节，应为 {min} 到 {max} 字节。"),
	"TOO_LONG.email":               locale.Of("The e-mail address is too long: it has {weight} bytes and may have {max}.", "电子邮箱太长：现为 {weight} 字节，最多 {max} 字节。"),
	"TOO_LONG.serviceEmail":        locale.Of("The customer service e-mail is too long: it has {weight} bytes and may have {max}.", "客服邮箱太长：现为 {weight} 字节，最多 {max} 字节。"),
	"TOO_COMMON":                   locale.Of("This is one of the commonest passwords, which are guessed first.", "该密码过于常见，容易被猜中。"),
	"INVALID_CHARACTER":            locale.Of("{field} has a character that is not allowed: {character}.", "{field}含有不允许的字符：{character}。"),
	"INVALID_FORMAT":               locale.Of("{field} has a character that is not allowed.", "{field}含有不允许的字符。"),
	"INVALID_FORMAT.name":          locale.Of("{field} must not contain a web address.", "{field}不能包含网址。"),
	"INVALID_FORMAT.displayName":   locale.Of("{field} must not contain a web address.", "{field}不能包含网址。"),
	"INVALID_FORMAT.email":         locale.Of("The e-mail address must be written like {format}.", "电子邮箱格式应为 {format}。"),
	"INVALID_FORMAT.locale":        locale.Of("The language must be a BCP 47 tag such as {format}.", "语言应为 BCP 47 标签，例如 {format}。"),
	"INVALID_FORMAT.logo":          locale.Of("The logo is not in {format}.", "标志不是有效的 {format} 数据。"),
	"INVALID_FORMAT.servicePhone":  locale.Of("The customer service phone must be a landline number: {format}.", "客服电话应为固定电话号码：{format}。"),
	"INVALID_FORMAT.serviceEmail":  locale.Of("The customer service e-mail must be written like {format}.", "客服邮箱格式应为 {format}。"),
	"NOT_FOUND":                    locale.Of("{field} is not known: {value}.", "没有找到{field}：{value}。"),
	"TAKEN":                        locale.Of("{field} is taken already.", "{field}已被使用。"),
	"TAKEN.token":                  locale.Of("Another account has taken this e-mail address meanwhile.", "该电子邮箱已被其他账户使用。"),
	"UNSUPPORTED_TYPE":             locale.Of("The logo must be a .jpg, .jpeg or .png picture by its content, name and type ({allowed}); found {found}.", "标志的内容、文件名和类型都应为 .jpg、.jpeg 或 .png 图片（{allowed}）；现为 {found}。"),
	"TOO_LARGE":                    locale.Of("The logo is too large: it has {bytes} bytes and may have {max}.", "标志太大：现为 {bytes} 字节，最多 {max} 字节。"),
	"TOO_SMALL":                    locale.Of("The logo is too small: a side has {width} pixels and must have {min}.", "标志太小：边长 {width} 像素，至少 {min} 像素。"),
	"TOO_MANY_PIXELS":              locale.Of("The logo has too many pixels: a side has {width} and may have {max}.", "标志像素过多：边长 {width} 像素，最多 {max} 像素。"),
	"NOT_SQUARE":                   locale.Of("The logo must be as wide as high: it has {width} by {height} pixels.", "标志的宽高应相等：现为 {width}×{height} 像素。"),
	"INVALID_IMAGE":                locale.Of("The logo is damaged and cannot be shown.", "标志图片已损坏，无法显示。"),
	"QUOTA_EXCEEDED":               locale.Of("The quota is used up: {used} of {limit}.", "配额已用完：已有 {used} 个，最多 {limit} 个。"),
	"QUOTA_EXCEEDED.memberId":      locale.Of("The member owns {used} workspaces already; an account can own at most {limit}.", "该成员已拥有 {used} 个工作空间，最多 {limit} 个。"),
	"IDEMPOTENCY_KEY_REUSED":       locale.Of("This idempotency key was used within 24 hours with another input.", "该幂等键在 24 小时内已用于其他内容的请求。"),
	"INVALID_CREDENTIALS":          locale.Of("E-mail address and password do not belong together.", "电子邮箱或密码不正确。"),
	"INVALID_CREDENTIALS.current":  locale.Of("The current password is not right.", "当前密码不正确。"),
	"INVALID_CREDENTIALS.password": locale.Of("The password is not right.", "密码不正确。"),
	"INVALID_TOKEN":                locale.Of("The token was used, withdrawn or replaced, or is too old. Ask for another one.", "该令牌已使用、已撤回、已被替换或已过期，请重新获取。"),
	"INVALID_TOKEN.challenge":      locale.Of("This sign-in waits no longer. Begin it anew.", "本次登录已失效，请重新登录。"),
	"INVALID_CODE":                 locale.Of("The code is not right, or was used before.", "验证码不正确或已使用过。"),
	"EMAIL_NOT_CONFIRMED":          locale.Of("The email address of the account must be confirmed first.", "请先确认该账号的电子邮箱。"),
	"LAST_ADMIN":                   locale.Of("The last administrator must stay.", "必须保留最后一名管理员。"),
	"ALREADY_ENABLED":              locale.Of("There is a second factor already.", "已启用两步验证。"),
	"NOT_ENABLED":                  locale.Of("There is no second factor.", "尚未启用两步验证。"),
	"NOT_STARTED":                  locale.Of("There is no second factor that waits to be confirmed.", "没有待确认的两步验证。"),
	"UNSUPPORTED":                  locale.Of("{field} must be one of {allowed}; found {found}.", "{field}应为 {allowed} 之一；现为 {found}。"),
	"NOT_FOUND.miniProgramIds":     locale.Of("Mini programs that are not in this workspace: {count}.", "所选小程序中有 {count} 个不属于该工作空间。"),
	"UNSUPPORTED.role":             locale.Of("The role must be one of {allowed}; found {found}.", "角色应为 {allowed} 之一；现为 {found}。"),
	"TOO_MANY":                     locale.Of("{field} are too many at once: {count}, of at most {max}.", "{field}：一次最多 {max} 个，现为 {count} 个。"),
	"DUPLICATE":                    locale.Of("{field} stands in this list twice.", "{field}在列表中重复。"),
	"ALREADY_MEMBER":               locale.Of("Somebody with this e-mail address is a member already.", "该电子邮箱的用户已是成员。"),
	"ALREADY_INVITED":              locale.Of("Somebody with this e-mail address is invited already.", "该电子邮箱已被邀请。"),
	"OTHER_ACCOUNT":                locale.Of("The invitation is for another e-mail address than that of the account that is signed in.", "该邀请对应的电子邮箱与当前登录账户不一致。"),
	"SIGN_IN_REQUIRED":             locale.Of("There is an account with this e-mail address: sign in to it first.", "该电子邮箱已有账户，请先登录。"),
	"WRONG_STATUS":                 locale.Of("{field} is {status}; it must be one of {allowed}.", "{field}当前状态为 {status}，应为 {allowed} 之一。"),
	"WRONG_ROLE":                   locale.Of("{field} has the role {role}; it must be one of {allowed}.", "{field}的角色为 {role}，应为 {allowed} 之一。"),
	"OWNER_MUST_TRANSFER":          locale.Of("The owner cannot leave. Transfer ownership first.", "所有者不能退出，请先转让所有权。"),
	"NOT_EMPTY":                    locale.Of("{field} cannot be deleted while it has mini programs; it has {count}.", "{field}还有 {count} 个小程序，不能删除。"),
	"NOT_CHINESE":                  locale.Of("{field} has no Chinese character; Chinese is advised for a smooth review.", "{field}不含中文；建议使用中文，以便顺利通过审核。"),
}

// labels are what people call the fields of the forms.
var labels = map[string]locale.Text{
	"email":            locale.Of("The e-mail address", "电子邮箱"),
	"password":         locale.Of("The password", "密码"),
	"displayName":      locale.Of("The name", "名称"),
	"currentPassword":  locale.Of("The current password", "当前密码"),
	"newPassword":      locale.Of("The new password", "新密码"),
	"token":            locale.Of("The token", "令牌"),
	"challenge":        locale.Of("The challenge", "登录凭证"),
	"code":             locale.Of("The code", "验证码"),
	"locale":           locale.Of("The language", "语言"),
	"workspaceId":      locale.Of("The workspace", "工作空间"),
	"launchTargetCode": locale.Of("The launch target", "发布平台"),
	"name":             locale.Of("The name", "名称"),
	"tagline":          locale.Of("The tagline", "一句话简介"),
	"description":      locale.Of("The description", "详细介绍"),
	"logo":             locale.Of("The logo", "标志"),
	"industryCode":     locale.Of("The industry", "行业"),
	"servicePhone":     locale.Of("The customer service phone", "客服电话"),
	"serviceEmail":     locale.Of("The customer service e-mail", "客服邮箱"),
	"invitations":      locale.Of("The invitations", "邀请"),
	"invitationId":     locale.Of("The invitation", "邀请"),
	"role":             locale.Of("The role", "角色"),
	"memberId":         locale.Of("The member", "成员"),
	"miniProgramIds":   locale.Of("The mini programs", "小程序"),
	"idempotencyKey":   locale.Of("The idempotency key", "幂等键"),
}

// MessageKey returns the key of the message.
func (e UserError) MessageKey() string {
	if key := string(e.Code) + "." + e.name(); sentences[key] != (locale.Text{}) {
		return key
	}
	return string(e.Code)
}

// Message returns the message in a language.
func (e UserError) Message(tag language.Tag) string {
	pairs := []string{"{field}", labels[e.name()].In(tag)}
	for _, param := range e.Params {
		pairs = append(pairs, "{"+param.Name+"}", fmt.Sprint(param.Value))
	}
	return strings.NewReplacer(pairs...).Replace(sentences[e.MessageKey()].In(tag))
}
