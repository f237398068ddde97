package gqlhttp

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// isElements says whether a field holds the elements of a page: whether it is a connection's nodes or edges.
func isElements(field *ast.Field) bool {
	return isOfConnection(field) && field.Definition != nil && field.Definition.Type.Elem != nil
}

func isOfConnection(field *ast.Field) bool {
	return field.ObjectDefinition != nil && field.ObjectDefinition.Fields.ForName("pageInfo") != nil
}

// copiesOf returns how often the elements of a page are selected. Its edges and its nodes are two views of the same rows, and count
// once; under several aliases they count several times.
func copiesOf(fields [][]*ast.Field) int {
	copies, most := map[string]int{}, 0
	for _, same := range fields {
		if slices.ContainsFunc(same, isElements) {
			copies[same[0].Name]++
			most = max(most, copies[same[0].Name])
		}
	}
	return most
}

// repeats returns how often the same scalar is selected again under further names, by which an answer can hold one text many times.
// Two names are free: a field may be asked for in two languages.
func repeats(fields [][]*ast.Field) int {
	names, repeated := map[string]int{}, 0
	for _, same := range fields {
		if names[same[0].Name]++; len(same[0].SelectionSet) == 0 && names[same[0].Name] > 2 {
			repeated++
		}
	}
	return repeated
}

// furtherObjects returns how many objects are selected again under a further name. Pages and other lists count their elements under
// each name. Fields with the same response name count once, on whichever types they are.
func furtherObjects(fields [][]*ast.Field) int {
	selected, further := map[string]bool{}, 0
	for _, same := range fields {
		objects := map[string]bool{}
		for _, field := range same {
			if isSingleObject(field) {
				objects[field.ObjectDefinition.Name+"."+field.Name] = true
			}
		}
		isFurther := false
		for object := range objects {
			isFurther = isFurther || selected[object]
			selected[object] = true
		}
		if isFurther {
			further++
		}
	}
	return further
}

// isSingleObject says whether a field holds one object, which is neither a page nor about the schema.
func isSingleObject(field *ast.Field) bool {
	isOfProduct := field.Definition != nil && field.ObjectDefinition != nil && !strings.HasPrefix(field.Name, "__")
	return isOfProduct && len(field.SelectionSet) > 0 && field.Definition.Type.Elem == nil && field.Definition.Arguments.ForName("first") == nil
}

// besides returns what fields with the same response name count beside elements and further objects. A page of which no elements are
// selected is read nevertheless; so many rows as its totals count are included in them.
func (m *measurement) besides(same []*ast.Field, selected [][]*ast.Field, size int) int {
	cost := 0
	for _, inside := range selected {
		if inside[0].Name == "totalCount" && isOfConnection(inside[0]) {
			cost += countCost
		}
	}
	if copiesOf(selected) == 0 {
		cost = max(cost, size)
	}
	if slices.ContainsFunc(same, m.searches) {
		cost += searchCost
		if m.closed > 0 {
			m.searched++
		}
	}
	return cost + m.reading(same)
}

// reading returns what it costs to read what fields with the same response name are made from.
func (m *measurement) reading(same []*ast.Field) int {
	most := 0
	for _, field := range same {
		most = max(most, m.lists.Costs[field.ObjectDefinition.Name+"."+field.Name])
	}
	return most
}

// searches says whether a field's rows are searched for a text, which is its argument search or a field of its argument filter.
func (m *measurement) searches(field *ast.Field) bool {
	arguments := field.Definition.Arguments
	if arguments.ForName("search") == nil && arguments.ForName("filter") == nil {
		return false
	}
	given := field.ArgumentMap(m.variables)
	filter, _ := given["filter"].(map[string]any)
	return isText(given["search"]) || isText(filter["search"])
}

func isText(value any) bool {
	text, _ := value.(string)
	return strings.TrimSpace(text) != ""
}

// sizeOf returns the size of a connection's page, or 0 for a field that is not a connection.
func (m *measurement) sizeOf(field *ast.Field) int {
	if field.Definition.Arguments.ForName("first") == nil {
		return 0
	}
	arguments := field.ArgumentMap(m.variables)
	for _, name := range []string{"first", "last"} {
		if n, ok := asInt(arguments[name]); ok {
			return min(max(n, 0), m.lists.MaxPage)
		}
	}
	return m.lists.DefaultPage
}

// elements returns how many elements a list of objects may have that is not a page: as many as there are ids, or its usual size.
func (m *measurement) elements(same []*ast.Field) int {
	most := 0
	for _, field := range same {
		if isElements(field) {
			continue
		}
		n, ok := m.lists.Sizes[field.ObjectDefinition.Name+"."+field.Name]
		if !ok {
			n = listSize
		}
		if field.Definition.Arguments.ForName("ids") != nil {
			ids, _ := field.ArgumentMap(m.variables)["ids"].([]any)
			n = max(1, len(ids))
		}
		most = max(most, n)
	}
	return most
}

func asInt(value any) (int, bool) {
	n, ok := value.(int64) // as literals and variables are coerced
	return int(n), ok
}
