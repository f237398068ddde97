// Package caller tells where a request comes from: as the network sees it, and as the client calls itself.
package caller

import (
	"context"
	"net/netip"
)

// Caller is where a request comes from.
type Caller struct {
	// Address is that of the client; the zero Addr where it is not known.
	Address netip.Addr
	// Agent is what the client calls itself; nobody checks it.
	Agent string
}

type key struct{}

// With returns a context that knows the caller.
func With(ctx context.Context, c Caller) context.Context { return context.WithValue(ctx, key{}, c) }

// Of returns the caller of the request, or nobody outside of one.
func Of(ctx context.Context) Caller {
	c, _ := ctx.Value(key{}).(Caller)
	return c
}

// Host returns the address as text, or "" where it is not known.
func (c Caller) Host() string {
	if !c.Address.IsValid() {
		return ""
	}
	return c.Address.String()
}

// Network is what callers are counted by: the address itself, or the /64 of an IPv6 address, all of which one customer of a
// provider has.
func (c Caller) Network() string {
	if c.Address.Is4() || c.Address.Is4In6() {
		return c.Address.Unmap().String()
	}
	if !c.Address.IsValid() {
		return ""
	}
	return netip.PrefixFrom(c.Address, 64).Masked().String()
}
