package request

import "net/netip"

// Caller is where a request comes from, as the network sees it and as the client describes itself.
type Caller struct {
	// Address is the client's; the zero Addr where it is not known.
	Address netip.Addr
	// Agent is the client's User-Agent, which is not checked.
	Agent string
}

// Host returns the address as text, or "" where it is not known.
func (c Caller) Host() string {
	if !c.Address.IsValid() {
		return ""
	}
	return c.Address.String()
}

// Network is what callers are counted by: the address itself, or the /64 of an IPv6 address, since providers give each customer a
// whole one.
func (c Caller) Network() string {
	if c.Address.Is4() || c.Address.Is4In6() {
		return c.Address.Unmap().String()
	}
	if !c.Address.IsValid() {
		return ""
	}
	return netip.PrefixFrom(c.Address, 64).Masked().String()
}
