package miniprogram

import (
	"context"
	"minidock/ent"
	"minidock/internal/access"
	"minidock/internal/event"
	"minidock/internal/fault"
	"minidock/internal/launchtarget"
	"minidock/internal/picture"
	"minidock/internal/text"
)

// Profile is what a merchant fills in about a mini program. In an update, nil fields stay as they are, and empty ones are blank.
type Profile struct {
	Name         *string
	Tagline      *string
	Description  *string
	Logo         *LogoInput
	IndustryCode *string
	ServicePhone *string
	ServiceEmail *string
}

// field is a field of the form. The table of fields drives judging, its order, writing and the event of a change.
type field struct {
	// name is that of the input field and of the launch target's rule.
	name string
	// isSent says whether the field was sent.
	isSent func(*Profile) bool
	// judge cleans what was sent, puts it into the draft and records user errors.
	judge func(f *form, rule launchtarget.Rule, in *Profile, draft *ent.MiniProgram)
	// get returns the value by which changes are recognised, and which the event records.
	get func(*ent.MiniProgram) string
	// set writes the draft's value.
	set func(to *ent.MiniProgramMutation, draft *ent.MiniProgram)
}

// fields are in the order of the form.
var fields = []field{
	textField("name", func(in *Profile) *string { return in.Name }, func(m *ent.MiniProgram) *string { return &m.Name }, (*form).line, setName),
	textField("tagline", func(in *Profile) *string { return in.Tagline }, func(m *ent.MiniProgram) *string { return &m.Tagline }, (*form).line,
		(*ent.MiniProgramMutation).SetTagline),
	textField("description", func(in *Profile) *string { return in.Description }, func(m *ent.MiniProgram) *string { return &m.Description },
		(*form).paragraph, (*ent.MiniProgramMutation).SetDescription),
	{
		name:   "logo",
		isSent: func(in *Profile) bool { return in.Logo != nil },
		judge: func(f *form, rule launchtarget.Rule, _ *Profile, draft *ent.MiniProgram) {
			f.logo = f.picture(rule)
			draft.LogoWidth, draft.LogoHeight, draft.LogoContentType = f.logo.Width, f.logo.Height, f.logo.ContentType
		},
		get: func(m *ent.MiniProgram) string { return m.LogoName },
		set: func(to *ent.MiniProgramMutation, draft *ent.MiniProgram) {
			to.SetLogoName(draft.LogoName)
			to.SetLogoWidth(draft.LogoWidth)
			to.SetLogoHeight(draft.LogoHeight)
			to.SetLogoContentType(draft.LogoContentType)
		},
	},
	textField("industryCode", func(in *Profile) *string { return in.IndustryCode }, func(m *ent.MiniProgram) *string { return &m.IndustryCode },
		(*form).industry, (*ent.MiniProgramMutation).SetIndustryCode),
	textField("servicePhone", func(in *Profile) *string { return in.ServicePhone }, func(m *ent.MiniProgram) *string { return &m.ServicePhone },
		(*form).phone, (*ent.MiniProgramMutation).SetServicePhone),
	textField("serviceEmail", func(in *Profile) *string { return in.ServiceEmail }, func(m *ent.MiniProgram) *string { return &m.ServiceEmail },
		(*form).email, (*ent.MiniProgramMutation).SetServiceEmail),
}

// textField is a field that holds a text: sent finds it in the input, kept in the row.
func textField(name string, sent func(*Profile) *string, kept func(*ent.MiniProgram) *string,
	judge func(f *form, rule launchtarget.Rule, raw string) string, set func(*ent.MiniProgramMutation, string)) field {
	return field{
		name:   name,
		isSent: func(in *Profile) bool { return sent(in) != nil },
		judge: func(f *form, rule launchtarget.Rule, in *Profile, draft *ent.MiniProgram) {
			raw := ""
			if text := sent(in); text != nil {
				raw = *text
			}
			*kept(draft) = judge(f, rule, raw)
		},
		get: func(m *ent.MiniProgram) string { return *kept(m) },
		set: func(to *ent.MiniProgramMutation, draft *ent.MiniProgram) { set(to, *kept(draft)) },
	}
}

// setName also sets the key by which names are compared and sorted.
func setName(to *ent.MiniProgramMutation, name string) {
	to.SetName(name)
	to.SetNameKey(text.Fold(name))
}

// sentFields returns the fields that were sent.
func sentFields(in *Profile) []field {
	var sent []field
	for _, one := range fields {
		if one.isSent(in) {
			sent = append(sent, one)
		}
	}
	return sent
}

// apply writes the fields in which the draft differs from the row, and returns the changes.
func apply(to *ent.MiniProgramMutation, before, draft *ent.MiniProgram, sent []field) []event.Change {
	var changes []event.Change
	for _, one := range sent {
		if was, is := one.get(before), one.get(draft); was != is {
			one.set(to, draft)
			changes = append(changes, event.Text(one.name, was, is))
		}
	}
	return changes
}

// form judges the fields by the rules of a launch target. It records user errors, and warnings about what is allowed but not advised.
type form struct {
	target         *launchtarget.Target
	errs, warnings *fault.UserErrors
	// source is the logo that was sent; isBase64 is false when it was sent as a text that is not base64.
	source   picture.Source
	isBase64 bool
	logo     picture.Picture
	// prepare decodes and encodes the source; err is its error when the request ended before its turn.
	prepare func(picture.Limits, string) (picture.Picture, error)
	err     error
}

// newForm returns the form for what was sent; it reads the logo.
func newForm(target *launchtarget.Target, in *Profile) (*form, error) {
	source, isBase64, err := readLogo(in.Logo)
	return &form{target: target, errs: &fault.UserErrors{}, warnings: &fault.UserErrors{}, source: source, isBase64: isBase64}, err
}

// judge judges these fields of what a user sent, and puts their clean values into the draft. Its error is that of a request which ended while
// the logo waited for its turn.
func (f *form) judge(ctx context.Context, viewer *access.Viewer, in *Profile, draft *ent.MiniProgram, fields []field) error {
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return err
	}
	f.prepare = func(limits picture.Limits, field string) (picture.Picture, error) {
		return picture.Prepare(ctx, principal.UserID, f.source, limits, field, f.errs)
	}
	for _, one := range fields {
		one.judge(f, f.target.Rule(one.name), in, draft)
	}
	return f.err
}
