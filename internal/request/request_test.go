package request

import (
	"context"
	"testing"

	"golang.org/x/text/language"
)

func TestAContextKeepsItsLanguage(t *testing.T) {
	t.Parallel()
	if got := Language(context.Background()); got != language.English {
		t.Errorf("unasked: %v", got)
	}
	ctx := WithLanguage(context.Background(), language.SimplifiedChinese)
	if got := Language(ctx); got != language.SimplifiedChinese {
		t.Errorf("asked: %v", got)
	}
	if got := Language(WithLanguage(ctx, language.English)); got != language.English {
		t.Errorf("asked again: %v", got)
	}
}
