package text

import "testing"

func TestWebAddressesAreFoundInAnyCase(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"": false, "Ann": false, "Ann://x": true, "https://evil.example": true, "WWW.evil.example": true, "evil.example": false, "www": false, "a:/ /b": false,
	} {
		if got := HasWebAddress(text); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
}

func TestDomainsAreUnlinked(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", ".": ".", "Ann": "Ann", "J.R. Smith": "J.R. Smith", "evil.com": "evil. com", "shop.evil.example now": "shop. evil. example now",
		"例子.中国": "例子. 中国", "eve@evil.com": "eve@evil. com", "Wait...what": "Wait...what", "St. Ann": "St. Ann", "Inc.": "Inc.", "10.0.0.12": "10.0.0. 12",
	} {
		if got := Unlinked(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
