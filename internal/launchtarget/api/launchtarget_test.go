package api_test

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"golang.org/x/text/language"

	"minidock/internal/apitest"
	"minidock/internal/launchtarget"
	"minidock/internal/text"
)

const launchTargets = `{ launchTargets { id code name language quota fieldRules {
	field required minLength maxLength pattern maxBytes contentTypes aspectRatio minSide maxSide hint
} } }`

func TestLaunchTargetsTellTheRulesThatTheChecksUse(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		answer := w.Visitor(t).Do(t, launchTargets, nil)
		targets := answer.List(t, "launchTargets")
		if len(targets) != len(launchtarget.All()) {
			t.Fatalf("%d launch targets", len(targets))
		}
		for i, want := range launchtarget.All() {
			got := targets[i].(map[string]any)
			if got["code"] != want.Code || got["name"] != want.Name(language.English) || got["language"] != want.Language || got["quota"] != float64(want.Quota) ||
				got["id"] != "ltg_"+want.Code {
				t.Errorf("target %v", got)
			}
			rules := got["fieldRules"].([]any)
			if len(rules) != len(want.FieldRules) {
				t.Fatalf("%d rules of %d", len(rules), len(want.FieldRules))
			}
			for j, rule := range want.FieldRules {
				got := rules[j].(map[string]any)
				agrees(t, got, "field", apitest.EnumValue(rule.Field))
				agrees(t, got, "required", rule.Required)
				agrees(t, got, "pattern", asText(rule.Pattern))
				agrees(t, got, "aspectRatio", asText(rule.AspectRatio))
				for name, figure := range map[string]*int{
					"minLength": rule.MinLength, "maxLength": rule.MaxLength, "maxBytes": rule.MaxBytes, "minSide": rule.MinSide, "maxSide": rule.MaxSide,
				} {
					agrees(t, got, name, asNumber(figure))
				}
				agrees(t, got, "contentTypes", asList(rule.ContentTypes))
			}
		}
	})
}

func TestLaunchTargetsAreCalledAsTheViewerCallsThem(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		workspaceID := ann.CreateWorkspace(t, "Ann's")
		ann.CreateMiniProgram(t, workspaceID, "小店")
		for language, want := range map[string]string{"": "Alipay China", "en-GB": "Alipay China", "de": "Alipay China", "zh-CN": "支付宝（中国）", "zh": "支付宝（中国）"} {
			ann.Header.Set("Accept-Language", language)
			answer := ann.Do(t, `query($id: ID!) {
				launchTargets { name } node(id: "ltg_ALIPAY_CN") { ... on LaunchTarget { name } }
				workspace(id: $id) { quotas { launchTarget { name } } miniPrograms { nodes { launchTargets { name } } } }
			}`, apitest.Vars{"id": workspaceID})
			for _, path := range []string{
				"launchTargets.0.name", "node.name", "workspace.quotas.0.launchTarget.name", "workspace.miniPrograms.nodes.0.launchTargets.0.name",
			} {
				if got := answer.Get(path); got != want {
					t.Errorf("%s in %q is %v, want %s", path, language, got, want)
				}
			}
		}
	})
}

func agrees(t *testing.T, got map[string]any, field string, want any) {
	t.Helper()
	if !reflect.DeepEqual(got[field], want) {
		t.Errorf("%v: %s is %v, want %v", got["field"], field, got[field], want)
	}
}

func asText(text *string) any {
	if text == nil {
		return nil
	}
	return *text
}

func asNumber(figure *int) any {
	if figure == nil {
		return nil
	}
	return float64(*figure)
}

func asList(texts []string) any {
	if texts == nil {
		return nil
	}
	var all []any
	for _, one := range texts {
		all = append(all, one)
	}
	return all
}

// What the form is told is what the form is held to.
func TestTheChecksKeepTheRulesThatTheFormIsTold(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		good := apitest.CreateInput(ann.CreateWorkspace(t, "Ann's"))
		rules := w.Visitor(t).Do(t, launchTargets, nil).Get("launchTargets.0.fieldRules").([]any)
		least, most := good, good
		check := func(field string, value any, want string) {
			t.Helper()
			answer := ann.Create(t, good.With(field, value))
			if got := apitest.Codes(answer.UserErrors(t, "createMiniProgram.userErrors")); !slices.Equal(got, []string{want + " " + field}) {
				t.Errorf("%s: %q, want %s", field, got, want)
			}
		}
		texts := 0
		for _, rule := range rules {
			rule := rule.(map[string]any)
			field := inputField(rule["field"].(string))
			if rule["required"] != true {
				t.Errorf("%s need not be filled in", field)
			}
			check(field, map[bool]any{true: nil, false: ""}[field == "logo"], "BLANK")
			if low, ok := rule["minLength"].(float64); ok {
				texts++
				high := rule["maxLength"].(float64)
				check(field, strings.Repeat("x", int(low)-1), "TOO_SHORT")
				check(field, strings.Repeat("x", int(high)+1), "TOO_LONG")
				least, most = least.With(field, strings.Repeat("x", int(low))), most.With(field, strings.Repeat("x", int(high)))
			}
			if pattern, ok := rule["pattern"].(string); ok {
				if !regexp.MustCompile(pattern).MatchString(good[field].(string)) || regexp.MustCompile(pattern).MatchString("057-11234567") {
					t.Errorf("%s: pattern %s", field, pattern)
				}
				check(field, "057-11234567", "INVALID_FORMAT")
			}
			if field == "logo" {
				size, low, high := int(rule["maxBytes"].(float64)), int(rule["minSide"].(float64)), int(rule["maxSide"].(float64))
				logo := func(picture []byte) any { return apitest.Vars{"base64": apitest.Base64(picture)} }
				check(field, logo(apitest.Padded(apitest.PNG(low, low), size+1)), "TOO_LARGE")
				check(field, logo(apitest.PNG(low-1, low-1)), "TOO_SMALL")
				check(field, logo(apitest.PNG(high+1, high+1)), "TOO_MANY_PIXELS")
				check(field, logo(apitest.PNG(low, low+1)), "NOT_SQUARE")
				check(field, logo([]byte("GIF89a")), "UNSUPPORTED_TYPE")
				least, most = least.With(field, logo(apitest.PNG(low, low))), most.With(field, logo(apitest.Padded(apitest.JPEG(low, low), size)))
			}
		}
		if texts != 3 {
			t.Errorf("%d texts were tested", texts)
		}
		for _, input := range []apitest.Vars{least, most} {
			if got := ann.Create(t, input); got.Get("createMiniProgram.miniProgram.id") == nil {
				t.Errorf("just within the rules: %s", got.Body)
			}
		}
	})
}

func TestFieldRulesNameTheFormsFieldsInItsOrder(t *testing.T) {
	t.Parallel()
	contract, err := os.ReadFile("../../../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	schema := gqlparser.MustLoadSchema(&ast.Source{Name: "schema.graphqls", Input: string(contract)})
	var form []string
	for _, field := range schema.Types["CreateMiniProgramInput"].Fields {
		if !slices.Contains([]string{"workspaceId", "launchTargetCode", "idempotencyKey"}, field.Name) {
			form = append(form, field.Name)
		}
	}
	for _, target := range launchtarget.All() {
		var ruled []string
		for _, rule := range target.FieldRules {
			ruled = append(ruled, rule.Field)
		}
		if !slices.Equal(ruled, form) {
			t.Errorf("%s has rules for %q, the form is %q", target.Code, ruled, form)
		}
	}
}

func TestHintsSpeakTheLanguageThatIsAskedFor(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		for accept, isChinese := range map[string]bool{"": false, "en": false, "fr": false, "zh-CN": true, "zh-Hans": true} {
			visitor := w.Visitor(t)
			visitor.Header.Set("Accept-Language", accept)
			for _, rule := range visitor.Do(t, launchTargets, nil).Get("launchTargets.0.fieldRules").([]any) {
				hint := rule.(map[string]any)["hint"].(string)
				if hint == "" || strings.ContainsAny(hint, "{}") || text.HasHan(hint) != isChinese {
					t.Errorf("in %q: %s", accept, hint)
				}
			}
		}
	})
}

// inputField returns the field of the input that a value of MiniProgramField stands for.
func inputField(value string) string {
	for _, rule := range launchtarget.AlipayCN.FieldRules {
		if apitest.EnumValue(rule.Field) == value {
			return rule.Field
		}
	}
	return ""
}
