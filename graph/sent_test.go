package graph

import (
	"reflect"
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"minidock/graph/model"
	"minidock/internal/account"
	"minidock/internal/miniprogram"
)

func TestTheFieldsThatWereSentAreCopied(t *testing.T) {
	t.Parallel()
	name := "小咖啡馆"
	var to miniprogram.Profile
	copySent(model.UpdateMiniProgramInput{
		MiniProgramID: "mpg_1", Name: graphql.OmittableOf(&name), Tagline: graphql.OmittableOf[*string](nil),
		Logo: graphql.OmittableOf[*miniprogram.LogoInput](nil),
	}, &to)
	if to.Name == nil || *to.Name != name || to.Tagline == nil || *to.Tagline != "" || to.Logo == nil || *to.Logo != (miniprogram.LogoInput{}) {
		t.Errorf("sent: %+v", to)
	}
	if to.Description != nil || to.IndustryCode != nil {
		t.Errorf("not sent: %+v", to)
	}
}

func TestAFieldThatHasNowhereToGoPanics(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("the field was lost")
		}
	}()
	locale := "en"
	copySent(model.UpdateProfileInput{Locale: graphql.OmittableOf(&locale)}, &miniprogram.Profile{})
}

func TestEveryFieldOfAnUpdateHasSomewhereToGo(t *testing.T) {
	t.Parallel()
	for input, to := range map[any]any{
		model.UpdateProfileInput{}: account.UpdateProfileInput{}, model.UpdateMiniProgramInput{}: miniprogram.Profile{},
	} {
		from, into := reflect.TypeOf(input), reflect.TypeOf(to)
		for i := range from.NumField() {
			field := from.Field(i)
			if _, ok := reflect.Zero(field.Type).Interface().(interface{ IsSet() bool }); !ok {
				continue
			}
			if _, ok := into.FieldByName(field.Name); !ok {
				t.Errorf("%s.%s has no field of %s", from, field.Name, into)
			}
		}
	}
}
