package bundle

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"minidock/internal/fault"
)

// app is what app.json says.
type app struct {
	document
	found *problems

	pages []listed
	// partOf has the part of each page, "" for the main part.
	partOf map[string]string
	// parts are the sub-packages.
	parts []part
	tabs  []value
	// roots are those of the sub-packages, and folders of them: each has the root that it is or leads to.
	roots, above map[string]string
}

// listed is a page of app.json, and where its list names it.
type listed struct {
	path, part string
	at         int
}

// part is a sub-package. Its name is "" if it has none.
type part struct {
	root, name string
	plugins    value
}

// readApp reads app.json and records everything in it that is not allowed.
func readApp(d document, found *problems) *app {
	a := &app{document: d, found: found, partOf: map[string]string{}, roots: map[string]string{}, above: map[string]string{}}
	pages, _ := d.root.get("pages")
	a.addPages(a.list(d.root, "pages", "pages"), "pages", "")
	if len(pages.items) == 0 && (pages.kind == kindArray || pages.kind == "") {
		a.refuse(max(d.root.at, pages.at), fault.Variant("pages"))
	}
	for _, key := range []string{"subPackages", "subpackages"} {
		for _, sub := range a.list(d.root, key, key) {
			a.addPart(sub, key)
		}
	}
	a.tabs = a.listTabs()
	a.judgeTabs()
	a.judgeEntry()
	return a
}

func (a *app) refuse(at int, params ...any) {
	if !a.found.full() {
		a.found.add(problem(fault.InvalidAppJSON, a.file, params...).at(a.position(at)))
	}
}

// list returns the elements of an object's key, which is called setting in messages.
func (a *app) list(from value, key, setting string) []value {
	found, ok := from.get(key)
	if !ok || !a.is(found, kindArray, setting) {
		return nil
	}
	return found.items
}

// is says whether a value is of a kind, and refuses it otherwise.
func (a *app) is(v value, wanted kind, setting string) bool {
	if v.kind != wanted {
		a.refuse(v.at, "setting", setting, "wanted", wanted, "found", v.kind, fault.Variant("type"))
	}
	return v.kind == wanted
}

func (a *app) addPages(pages []value, setting, root string) {
	for _, page := range pages {
		if !a.is(page, kindString, setting) {
			continue
		}
		path, ok := cleanPage(page.text)
		if !ok {
			a.refuse(page.at, "setting", setting, "value", page.text, fault.Variant("path"))
			continue
		}
		path = withSlash(root) + path
		if _, known := a.partOf[path]; known {
			a.refuse(page.at, "value", path, fault.Variant("twice"))
			continue
		}
		a.partOf[path] = root
		a.pages = append(a.pages, listed{path: path, part: root, at: page.at})
	}
}

// cleanPage returns the path of a page without "/" or "./" at its beginning.
func cleanPage(raw string) (path string, ok bool) {
	path = norm.NFC.String(strings.TrimPrefix(strings.TrimPrefix(raw, "/"), "./"))
	return path, isRelative(path)
}

// isRelative says whether a path of app.json leads to something in the package: no empty part, no dots, nothing that is not in a name.
func isRelative(path string) bool {
	if len(path) > maxName || strings.ContainsFunc(path, isForbidden) || strings.ContainsAny(path, `\?#`) {
		return false
	}
	for part := range strings.SplitSeq(path, "/") {
		if part == "" || strings.Trim(part, ". ") == "" {
			return false
		}
	}
	return !leadsOut(path)
}

func (a *app) addPart(sub value, setting string) {
	if !a.is(sub, kindObject, setting) {
		return
	}
	root, found := sub.get("root")
	if !found {
		root = value{kind: kindNull, at: sub.at}
	}
	if !a.is(root, kindString, setting+".root") {
		return
	}
	cleaned := norm.NFC.String(strings.TrimSuffix(strings.TrimPrefix(root.text, "./"), "/"))
	if !isRelative(cleaned) || cleaned == "main" || cleaned == "whole" {
		a.refuse(root.at, "value", root.text, fault.Variant("root"))
		return
	}
	if other := a.overlaps(cleaned); other != "" {
		a.refuse(root.at, "value", root.text, "other", other, fault.Variant("nested"))
		return
	}
	plugins, _ := sub.get("plugins")
	a.parts = append(a.parts, part{root: cleaned, name: sub.str("name"), plugins: plugins})
	a.addPages(a.list(sub, "pages", setting+".pages"), setting+".pages", cleaned)
}

// overlaps returns the root of another sub-package that a root is, is in, or has in it. If there is none, it notes the root and
// returns "".
func (a *app) overlaps(root string) string {
	if other := cmp.Or(a.roots[root], a.above[root]); other != "" {
		return other
	}
	for i := range root {
		if root[i] == '/' && a.roots[root[:i]] != "" {
			return root[:i]
		}
	}
	for i := range root {
		if root[i] == '/' {
			a.above[root[:i]] = root
		}
	}
	a.roots[root] = root
	return ""
}

// listTabs returns the tabs of the tab bar, in the form of Alipay or in that of others.
func (a *app) listTabs() []value {
	bar, found := a.root.get("tabBar")
	if !found || bar.kind == kindNull || !a.is(bar, kindObject, "tabBar") {
		return nil
	}
	return append(slices.Clip(a.list(bar, "items", "tabBar.items")), a.list(bar, "list", "tabBar.list")...)
}

func (a *app) judgeTabs() {
	for _, tab := range a.tabs {
		if !a.is(tab, kindObject, "tabBar.items") {
			continue
		}
		path, found := tab.get("pagePath")
		if !found {
			path = value{kind: kindNull, at: tab.at}
		}
		if !a.is(path, kindString, "tabBar.items.pagePath") {
			continue
		}
		cleaned, _ := cleanPage(path.text)
		if part, isPage := a.partOf[cleaned]; !isPage || part != "" {
			a.refuse(path.at, "value", path.text, fault.Variant("tab"))
		}
	}
}

func (a *app) judgeEntry() {
	entry, found := a.root.get("entryPagePath")
	if !found || entry.kind == kindNull || !a.is(entry, kindString, "entryPagePath") {
		return
	}
	cleaned, _ := cleanPage(entry.text)
	if !a.has(cleaned) {
		a.refuse(entry.at, "value", entry.text, fault.Variant("entry"))
	}
}

// has says whether a path is that of a page.
func (a *app) has(path string) bool {
	_, isPage := a.partOf[path]
	return isPage
}

// entryPage returns the page that opens first.
func (a *app) entryPage() string {
	if stated, _ := cleanPage(a.root.str("entryPagePath")); stated != "" {
		return stated
	}
	if len(a.pages) == 0 {
		return ""
	}
	return a.pages[0].path
}

// title returns the title that a page's file, or the window of app.json, gives.
func title(v value) string {
	for _, key := range []string{"defaultTitle", "navigationBarTitleText"} {
		if stated := v.str(key); stated != "" {
			return excerpt(stated, maxText)
		}
	}
	return ""
}

func (a *app) tabBar() []TabBarItem {
	var items []TabBarItem
	for _, tab := range a.tabs[:min(len(a.tabs), maxListed)] {
		page, _ := cleanPage(tab.str("pagePath"))
		items = append(items, TabBarItem{
			Page: page, Title: optional(excerpt(tab.str("name")+tab.str("text"), maxText)),
			Icon:       optional(excerpt(tab.str("icon")+tab.str("iconPath"), maxDescription)),
			ActiveIcon: optional(excerpt(tab.str("activeIcon")+tab.str("selectedIconPath"), maxDescription)),
		})
	}
	return items
}

// plugins returns those of the main part and of the sub-packages.
func (a *app) plugins() []Plugin {
	main, _ := a.root.get("plugins")
	sets := []value{main}
	for _, part := range a.parts {
		sets = append(sets, part.plugins)
	}
	var plugins []Plugin
	for _, set := range sets {
		for i, name := range set.keys {
			if len(plugins) == maxListed {
				return plugins
			}
			plugin := set.items[i]
			plugins = append(plugins, Plugin{
				excerpt(name, maxText), optional(excerpt(plugin.str("version"), maxText)), optional(excerpt(plugin.str("provider"), maxText)),
			})
		}
	}
	return plugins
}

func (a *app) permissions() []Permission {
	stated, _ := a.root.get("permission")
	var permissions []Permission
	for i, scope := range stated.keys[:min(len(stated.keys), maxListed)] {
		permissions = append(permissions, Permission{excerpt(scope, maxText), optional(excerpt(stated.items[i].str("desc"), maxDescription))})
	}
	return permissions
}
