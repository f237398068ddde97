package bundle

import (
	"context"
	"slices"
	"strings"

	"minidock/internal/fault"
)

// sources are the ends of the files from which those of a page are built.
var sources = []struct {
	built string
	from  []string
}{
	{".axml", []string{".tsx", ".jsx", ".vue", ".pug"}},
	{".js", []string{".ts", ".tsx", ".jsx", ".vue", ".mts"}},
	{".acss", []string{".less", ".scss", ".sass", ".styl"}},
	{".json", []string{".json5", ".jsonc"}},
}

// checkPages looks for the files of each page, and reads what its .json says.
func (c *checker) checkPages(ctx context.Context) error {
	window, _ := c.app.root.get("window")
	usual := title(window)
	c.checkBuilt(c.place.root + "app")
	for _, page := range c.app.pages {
		if c.found.full() {
			return nil
		}
		c.checkFiles(page)
		d, err := c.readNamed(ctx, c.place.root+page.path+".json")
		if err != nil {
			return err
		}
		stated := title(d.root)
		if stated == "" {
			stated = usual
		}
		c.report.Pages = append(c.report.Pages, Page{Path: page.path, Title: optional(stated), Part: page.part})
		c.noteComponents(d)
	}
	return nil
}

// readNamed reads a JSON file, and records what is wrong with it.
func (c *checker) readNamed(ctx context.Context, name string) (document, error) {
	if c.isDamaged(name) || !c.mayRead(name) {
		return document{}, nil
	}
	d, wrong, err := c.readJSON(ctx, name)
	if wrong != nil {
		c.found.add(*wrong)
	}
	return d, err
}

// mayRead says whether a JSON file is among those that may be read together, and refuses the first that is not.
func (c *checker) mayRead(name string) bool {
	if at, found := c.byName[name]; found && c.jsonBytes <= maxAllJSON {
		if c.jsonBytes += c.entries[at].unpacked; c.jsonBytes > maxAllJSON {
			c.found.add(problem(fault.TooLarge, name, "max", maxAllJSON, fault.Variant("allJson")))
		}
	}
	return c.jsonBytes <= maxAllJSON
}

// checkFiles records the first file of a page that must be there and is not, or is there as source code only.
func (c *checker) checkFiles(page listed) {
	base := c.place.root + page.path
	if c.checkBuilt(base) {
		return
	}
	for _, end := range []string{".axml", ".js"} {
		if c.has(base + end) {
			continue
		}
		line, _ := c.app.position(page.at)
		found := problem(fault.MissingPage, base+end, "page", page.path, "listed", line)
		if other := c.byCase[strings.ToLower(base+end)]; other != "" {
			found = problem(fault.MissingPage, base+end, "page", page.path, "listed", line, "found", other, fault.Variant("case"))
		}
		c.found.add(found)
		return
	}
}

// checkBuilt records the first file that is there as source code only, and says whether there is one.
func (c *checker) checkBuilt(base string) bool {
	for _, kind := range sources {
		if c.has(base + kind.built) {
			continue
		}
		at := slices.IndexFunc(kind.from, func(end string) bool { return c.has(base + end) })
		if at >= 0 {
			c.found.add(problem(fault.SourceNotBuilt, base+kind.from[at], "wanted", base+kind.built))
			return true
		}
	}
	return false
}
