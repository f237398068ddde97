package request

import (
	"net/netip"
	"testing"
)

func TestCallersAreCountedByWhatOneCustomerHas(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
		"2001:db8:1:2::": "2001:db8:1:2::/64", "2001:db8:1:3::1": "2001:db8:1:3::/64", "::1": "::/64",
	} {
		if got := (Caller{Address: netip.MustParseAddr(address)}).Network(); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
	if nobody := (Caller{}); nobody.Network() != "" || nobody.Host() != "" {
		t.Errorf("nobody is at %q in %q", nobody.Host(), nobody.Network())
	}
}
