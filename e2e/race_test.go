//go:build e2e && race

package e2e_test

// slowness is how much longer the tests themselves take: the race detector makes them so, and not the program.
const slowness = 5
