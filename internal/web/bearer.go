package web

import (
	"net/http"
	"strings"
)

// bearerToken returns the token in the header Authorization, if it has the scheme Bearer. Other schemes are left to proxies, whose passwords
// browsers send beside the cookie.
func bearerToken(r *http.Request) (token string, ok bool) {
	for _, value := range r.Header.Values("Authorization") {
		scheme, sent, _ := strings.Cut(strings.TrimSpace(value), " ")
		switch {
		case !strings.EqualFold(scheme, "Bearer"):
		case ok: // of two it is not clear which is meant
			return "", true
		default:
			token, ok = strings.TrimSpace(sent), true
		}
	}
	return token, ok
}

func hasBearerToken(r *http.Request) bool {
	_, ok := bearerToken(r)
	return ok
}
