//go:build race

package graph_test

// slowness is how much longer everything may take: the race detector makes it so.
const slowness = 15
