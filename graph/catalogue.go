package graph

import (
	"context"
	"errors"

	"golang.org/x/text/language"

	"minidock/graph/model"
	"minidock/internal/fault"
	"minidock/internal/industry"
	"minidock/internal/launchtarget"
	"minidock/internal/locale"
	"minidock/internal/page"
	"minidock/internal/request"
)

// LaunchTargets returns all launch targets.
func (r *queryResolver) LaunchTargets(context.Context) ([]*launchtarget.Target, error) {
	return launchtarget.All(), nil
}

// Industries returns a page of the industries that a search finds.
func (r *queryResolver) Industries(_ context.Context, search *string, first *int, after *string, last *int, before *string) (*model.IndustryConnection, error) {
	words := ""
	if search != nil {
		words = *search
	}
	if err := page.CheckSearch(words); err != nil {
		return nil, err
	}
	found := industry.Search(words)
	cut, err := page.OfSlice(page.Args{First: first, After: after, Last: last, Before: before}, "SEARCH "+words, found,
		func(i *industry.Industry) string { return i.Code })
	if err != nil {
		return nil, err
	}
	return model.NewConnection(cut, func(context.Context) (int, error) { return len(found), nil }), nil
}

// Name returns the industry's name in the language of the argument or of the request.
func (r *industryResolver) Name(ctx context.Context, i *industry.Industry, wanted *string) (string, error) {
	if wanted == nil {
		return i.Name(request.Language(ctx)), nil
	}
	tag, err := language.Parse(*wanted)
	var unknown language.ValueError
	if err != nil && !errors.As(err, &unknown) {
		return "", fault.BadInput("language must be a BCP 47 tag, such as zh-Hans.")
	}
	return i.Name(locale.Match(tag)), nil
}

// Field returns the field that the rule is for.
func (r *fieldRuleResolver) Field(_ context.Context, rule *launchtarget.Rule) (model.MiniProgramField, error) {
	return model.MiniProgramFieldOf(rule.Field), nil
}

// Name returns the launch target's name in the language of the request.
func (r *launchTargetResolver) Name(ctx context.Context, target *launchtarget.Target) (string, error) {
	return target.Name(request.Language(ctx)), nil
}

// Hint returns the rule in a sentence for people.
func (r *fieldRuleResolver) Hint(ctx context.Context, rule *launchtarget.Rule) (string, error) {
	return rule.Hint(request.Language(ctx)), nil
}
