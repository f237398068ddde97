package mailpage

import (
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
)

func get(t *testing.T, address, language string) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	request.Header.Set("Accept-Language", language)
	answer := httptest.NewRecorder()
	Handler().ServeHTTP(answer, request)
	return answer
}

func TestEachPageIsInTheLanguageOfItsReader(t *testing.T) {
	t.Parallel()
	for address, titles := range map[string][2]string{
		"/confirm-email":  {"Confirm your email address", "确认电子邮箱"},
		"/reset-password": {"Choose a new password", "设置新密码"},
		"/invitation":     {"An invitation", "邀请"},
	} {
		for i, language := range []string{"", "zh-CN,zh;q=0.9,en;q=0.8"} {
			answer := get(t, address, language)
			page := answer.Body.String()
			if answer.Code != http.StatusOK || !strings.Contains(page, "<title>"+titles[i]+" – minidock</title>") ||
				!strings.Contains(page, `<html lang="`+[]string{"en", "zh-Hans"}[i]+`">`) || answer.Header().Get("Vary") != "Accept-Language" {
				t.Errorf("%s in %q: %d, %v: %s", address, language, answer.Code, answer.Header(), page)
			}
		}
	}
}

func TestPagesRunNothingButTheirOwnScript(t *testing.T) {
	t.Parallel()
	inline := regexp.MustCompile(`<script[^>]*>[^<]|\son\w+=|\sstyle=|<style|javascript:|https?://`)
	for _, name := range names {
		answer := get(t, "/"+name, "")
		if found := inline.FindString(answer.Body.String()); found != "" {
			t.Errorf("%s has %q", name, found)
		}
		for field, want := range map[string]string{
			"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
			"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-cache",
		} {
			if got := answer.Header().Get(field); got != want {
				t.Errorf("%s: %s is %q", name, field, got)
			}
		}
	}
	if strings.Contains(policy, "unsafe") || !strings.Contains(policy, "script-src 'self';") || !strings.Contains(policy, "form-action 'none'") {
		t.Error(policy)
	}
}

// Below a public URL with a path, only relative addresses lead to the server.
func TestAddressesInPagesAreRelativeAndServed(t *testing.T) {
	t.Parallel()
	addresses := regexp.MustCompile(`(?:href|src|data-endpoint)="([^"]+)"`)
	for _, name := range names {
		for _, found := range addresses.FindAllStringSubmatch(get(t, "/"+name, "").Body.String(), -1) {
			address := found[1]
			if strings.HasPrefix(address, "/") || strings.Contains(address, "//") {
				t.Errorf("%s leads to %s", name, address)
			}
			if !strings.HasPrefix(address, "mail-pages/") {
				continue
			}
			answer := get(t, "/"+address, "")
			if answer.Code != http.StatusOK || !strings.Contains(answer.Header().Get("Cache-Control"), "immutable") {
				t.Errorf("%s: %d, %v", address, answer.Code, answer.Header())
			}
		}
	}
	for _, address := range []string{"/mail-pages/none.js", "/mail-pages/page.html", "/confirm-email/", "/mail-pages/"} {
		if answer := get(t, address, ""); answer.Code != http.StatusNotFound {
			t.Errorf("%s: %d", address, answer.Code)
		}
	}
}

func TestEveryTextIsUsedAndWordedAsMessagesAre(t *testing.T) {
	t.Parallel()
	template, err := os.ReadFile("page.html")
	if err != nil {
		t.Fatal(err)
	}
	odd := regexp.MustCompile(`(?i)\b(e-mail|told|anew|whoever)\b|之一|变更|账户`)
	for key, text := range texts {
		if !strings.Contains(string(template), `{{text "`+key+`"}}`) {
			t.Errorf("%q is not used", key)
		}
		if found := odd.FindString(text.English + text.Chinese); found != "" || text.English == "" || text.Chinese == "" {
			t.Errorf("%q has %q: %v", key, found, text)
		}
	}
}
