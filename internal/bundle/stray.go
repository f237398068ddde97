package bundle

import (
	"slices"
	"strings"

	"minidock/internal/fault"
)

// largePicture is the size from which on a picture is too large to load quickly over a mobile network.
const largePicture = 200_000

var pictures = []string{".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".bmp", ".avif"}

// adviseFiles warns of files by their names and sizes. What is outside of the root is in the zip and can be read too, so stray files
// count there; packages from npm are the work of others.
func (c *checker) adviseFiles() {
	names := c.names()
	repositories := map[string]bool{}
	for _, name := range names {
		e := c.entries[c.byName[name]]
		lower := strings.ToLower(baseOf(name))
		switch repository := repositoryOf(name); {
		case repository != "":
			if !repositories[repository] {
				c.warn(problem(fault.StrayFile, repository))
			}
			repositories[repository] = true
		case isInModules(name):
		case lower == ".env", strings.HasPrefix(lower, ".env."), strings.HasSuffix(lower, ".map"), strings.HasSuffix(lower, ".log"):
			c.warn(problem(fault.StrayFile, name))
		case e.unpacked > largePicture && c.isInRoot(name) && slices.ContainsFunc(pictures, func(end string) bool { return strings.HasSuffix(lower, end) }):
			c.warn(problem(fault.LargePicture, name, "bytes", e.unpacked, "max", largePicture))
		}
	}
	c.adviseCase(names)
}

// repositoryOf returns the folder .git that a file is in, or "".
func repositoryOf(name string) string {
	if strings.HasPrefix(name, ".git/") {
		return ".git"
	}
	if before, _, found := strings.Cut(name, "/.git/"); found {
		return before + "/.git"
	}
	return ""
}

// adviseCase warns of files and folders whose names are the same but for case.
func (c *checker) adviseCase(names []string) {
	type folded struct{ name, key string }
	order := make([]folded, len(names))
	for i, name := range names {
		order[i] = folded{name, strings.ToLower(name)}
	}
	slices.SortStableFunc(order, func(a, b folded) int { return compareNames(a.key, b.key) })
	reported := map[string]bool{}
	for i := 1; i < len(order) && !c.warnings.full(); i++ {
		if a, b := differByCase(order[i-1].name, order[i].name); a != "" && !reported[strings.ToLower(a)] {
			reported[strings.ToLower(a)] = true
			c.warn(problem(fault.NamesDifferByCase, b, "other", a))
		}
	}
}

// differByCase returns the beginnings of two names up to the first part that differs by case alone, or nothing.
func differByCase(a, b string) (string, string) {
	partsOfA, partsOfB := strings.Split(a, "/"), strings.Split(b, "/")
	for i := range min(len(partsOfA), len(partsOfB)) {
		if partsOfA[i] == partsOfB[i] {
			continue
		}
		if !strings.EqualFold(partsOfA[i], partsOfB[i]) {
			return "", ""
		}
		return strings.Join(partsOfA[:i+1], "/"), strings.Join(partsOfB[:i+1], "/")
	}
	return "", ""
}
