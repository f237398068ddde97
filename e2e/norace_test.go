//go:build e2e && !race

package e2e_test

// slowness is how much longer the tests themselves take.
const slowness = 1
