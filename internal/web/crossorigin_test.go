package web

import (
	"strings"
	"testing"
)

func TestTrapAnAllowedOriginIsOneAndNoPattern(t *testing.T) {
	t.Parallel()
	for _, origin := range []string{"*", "https://*", "https://*.example", "https://console.*", "https://console.example:*"} {
		_, err := crossOrigin([]string{"https://console.example", origin}, false)
		if err == nil || !strings.Contains(err.Error(), `"`+origin+`"`) {
			t.Errorf("%s: %v", origin, err)
		}
	}
}
