package bundle

import (
	"context"
	"path"
	"strings"

	"golang.org/x/text/unicode/norm"

	"minidock/internal/fault"
)

// componentEnds are the ends of the files that a component has; one of them shows that it exists.
var componentEnds = []string{".json", ".js", ".axml", "/index.json", "/index.js", "/index.axml"}

// noteComponents warns of components that a JSON file names and that do not exist, and has those that do looked at.
func (c *checker) noteComponents(d document) {
	using, _ := d.root.get("usingComponents")
	for i, name := range using.keys {
		target := using.items[i]
		if target.kind != kindString || strings.Contains(target.text, "://") || c.warnings.full() {
			continue
		}
		found := c.component(d.file, target.text)
		if found == "" {
			c.warn(problem(fault.MissingComponent, d.file, "component", name, "path", target.text).at(d.position(target.at)))
			continue
		}
		if file := found + ".json"; !c.seen[file] && c.has(file) && !isInModules(file) {
			c.seen[file] = true
			c.components = append(c.components, file)
		}
	}
}

// component returns the name of a component without its end, or "" if there is none. A path that begins with "/" is relative to the root,
// one with "." to the file that names it; any other may be either, or be in a package from npm, at the root or beside mini.project.json.
func (c *checker) component(from, target string) string {
	target = norm.NFC.String(target)
	root, project, here := c.place.root, c.place.project, folderOf(from)
	folders := []string{here, root, root + "node_modules/", root + "miniprogram_npm/", project + "node_modules/", project + "miniprogram_npm/"}
	switch {
	case strings.HasPrefix(target, "/"):
		folders = []string{root}
	case strings.HasPrefix(target, "."):
		folders = []string{here}
	}
	for _, folder := range folders {
		base := strings.TrimPrefix(path.Join("/", folder, target), "/")
		for _, end := range componentEnds {
			if c.has(base + end) {
				return strings.TrimSuffix(base+end, path.Ext(end))
			}
		}
		if strings.HasSuffix(folder, "node_modules/") && c.has(base+"/package.json") {
			return base + "/package"
		}
	}
	return ""
}

// checkComponents reads the JSON of the components that pages use, of those that they use, and so on.
func (c *checker) checkComponents(ctx context.Context) error {
	for len(c.components) > 0 {
		file := c.components[0]
		c.components = c.components[1:]
		d, err := c.readNamed(ctx, file)
		if err != nil {
			return err
		}
		c.noteComponents(d)
	}
	return nil
}

// checkPreloads warns of pages and sub-packages that preloadRule names and that do not exist.
func (c *checker) checkPreloads() {
	known := map[string]bool{"__APP__": true}
	for _, part := range c.app.parts {
		known[part.root], known[part.name] = true, true
	}
	rules, _ := c.app.root.get("preloadRule")
	for i, key := range rules.keys {
		if page, _ := cleanPage(key); !c.app.has(page) {
			c.missPreload(key, rules.items[i].at)
		}
		packages, _ := rules.items[i].get("packages")
		for _, named := range packages.items {
			if root := strings.TrimSuffix(strings.TrimPrefix(named.text, "./"), "/"); !known[strings.TrimPrefix(norm.NFC.String(root), "/")] {
				c.missPreload(named.text, named.at)
			}
		}
	}
}

func (c *checker) missPreload(value string, at int) {
	if !c.warnings.full() {
		c.warn(problem(fault.MissingPreload, c.app.file, "value", value).at(c.app.position(at)))
	}
}
