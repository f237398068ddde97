package fault

import "minidock/internal/locale"

// labels are what people call the fields of the forms. A path without its positions comes before the field's name alone.
var labels = map[string]locale.Text{
	"email":                locale.Of("The email address", "电子邮箱"),
	"password":             locale.Of("The password", "密码"),
	"displayName":          locale.Of("The name", "姓名"),
	"currentPassword":      locale.Of("The current password", "当前密码"),
	"newPassword":          locale.Of("The new password", "新密码"),
	"token":                locale.Of("The token", "令牌"),
	"challenge":            locale.Of("The challenge", "登录验证"),
	"code":                 locale.Of("The code", "验证码"),
	"locale":               locale.Of("The language", "语言"),
	"workspaceId":          locale.Of("The workspace", "工作空间"),
	"launchTargetCode":     locale.Of("The launch target", "发布平台"),
	"name":                 locale.Of("The name", "名称"),
	"tagline":              locale.Of("The tagline", "一句话简介"),
	"description":          locale.Of("The description", "详细介绍"),
	"logo":                 locale.Of("The logo", "小程序图标"),
	"industryCode":         locale.Of("The industry", "行业"),
	"servicePhone":         locale.Of("The customer service phone number", "客服电话"),
	"serviceEmail":         locale.Of("The customer service email address", "客服邮箱"),
	"invitations":          locale.Of("The invitations", "邀请"),
	"invitations.name":     locale.Of("The name", "姓名"),
	"invitationId":         locale.Of("The invitation", "邀请"),
	"role":                 locale.Of("The role", "角色"),
	"memberId":             locale.Of("The member", "成员"),
	"miniProgramIds":       locale.Of("The mini programs", "小程序"),
	"number":               locale.Of("The version number", "版本号"),
	"notes":                locale.Of("The notes", "版本说明"),
	"minimumHostVersion":   locale.Of("The minimum version of the super app", "超级应用的最低版本"),
	"source.package":       locale.Of("The package", "代码包"),
	"source.fromVersionId": locale.Of("The version", "版本"),
	"idempotencyKey":       locale.Of("The idempotency key", "幂等键"),
	"package":              locale.Of("The package", "代码包"),
}
