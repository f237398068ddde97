//go:build race

package apitest

// Slowness is how much longer everything may take: the race detector makes it so.
const Slowness = 15
