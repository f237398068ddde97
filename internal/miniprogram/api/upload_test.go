package api_test

import (
	"net/http"
	"reflect"
	"strings"
	"testing"

	"minidock/internal/apitest"
)

const createTwice = `mutation($id: ID!, $logo: LogoInput!, $one: String!, $other: String!, $key: String) {
	one: createMiniProgram(input: {workspaceId: $id, name: $one, logo: $logo, idempotencyKey: $key, ` + sameFields + `}) { ...made }
	other: createMiniProgram(input: {workspaceId: $id, name: $other, logo: $logo, idempotencyKey: $key, ` + sameFields + `}) { ...made }
}
fragment made on CreateMiniProgramPayload { miniProgram { id name logo { url width } } userErrors { code path } }`

const sameFields = `launchTargetCode: "ALIPAY_CN", tagline: "现磨咖啡在线点单", description: "新鲜现磨咖啡，在线点单，到店自取，省时省心。",
	industryCode: "5812", servicePhone: "0571-1234567", serviceEmail: "help@example.com"`

// sendTwice creates two mini programs in one request, with the same file as both logos.
func sendTwice(t *testing.T, w *apitest.World, one, other string, key any) *apitest.Answer {
	t.Helper()
	owner := w.SignUp(t, "ann")
	answer := owner.Upload(t, createTwice, apitest.Vars{
		"id": owner.CreateWorkspace(t, "Coffee"), "logo": apitest.Vars{"file": nil}, "one": one, "other": other, "key": key,
	}, map[string]apitest.File{"variables.logo.file": {Name: "logo.png", ContentType: "image/png", Content: apitest.PNG(80, 80)}})
	for _, mutation := range []string{"one", "other"} {
		if codes := apitest.Codes(answer.UserErrors(t, mutation+".userErrors")); len(codes) != 0 {
			t.Errorf("%s: %q", mutation, codes)
		}
	}
	return answer
}

func TestAFileMayBeTheLogoOfTwoMutations(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		answer := sendTwice(t, w, "小店甲", "小店乙", nil)
		if answer.String(t, "one.miniProgram.id") == answer.String(t, "other.miniProgram.id") {
			t.Errorf("one mini program for two names: %s", answer.Body)
		}
		url := answer.String(t, "one.miniProgram.logo.url")
		if other := answer.String(t, "other.miniProgram.logo.url"); other != url || answer.Get("other.miniProgram.logo.width") != 80.0 {
			t.Errorf("the other's logo is not the one's: %s", answer.Body)
		}
		if response := w.Get(t, strings.TrimPrefix(url, w.URL)); response.StatusCode != http.StatusOK {
			t.Errorf("the logo: status %d", response.StatusCode)
		}
		if got := w.Written(t); !strings.HasPrefix(got, "2 mini programs") || !strings.HasSuffix(got, "quota 2, 1 logos") {
			t.Errorf("written %s", got)
		}
	})
}

func TestARepeatedMutationWithAFileIsDoneOnce(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		answer := sendTwice(t, w, "小店甲", "小店甲", "a key")
		if !reflect.DeepEqual(answer.Get("one"), answer.Get("other")) {
			t.Errorf("the second is not the first success again: %s", answer.Body)
		}
		if got := w.Written(t); !strings.HasPrefix(got, "1 mini programs") || !strings.HasSuffix(got, "1 idempotency keys, quota 1, 1 logos") {
			t.Errorf("written %s", got)
		}
	})
}
