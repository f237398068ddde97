//go:build !race

package graph_test

// slowness is how much longer everything may take.
const slowness = 1
