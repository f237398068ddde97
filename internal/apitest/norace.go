//go:build !race

package apitest

// Slowness is how much longer everything may take.
const Slowness = 1
