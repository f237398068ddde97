package gqlhttp

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"minidock/internal/limit"
)

// Lists says how long the lists of an answer are taken to be, where their length is not that of an argument.
type Lists struct {
	// DefaultPage is the size of a page for which the query gives none, MaxPage the largest.
	DefaultPage, MaxPage int
	// Sizes are the usual sizes of lists of objects that are not pages, by type and field, such as "LaunchTarget.fieldRules".
	Sizes map[string]int
}

const (
	// listSize is how many elements any other list of objects is taken to have. Lists of scalars are short and count nothing.
	listSize = 5
	// countCost and searchCost are what a connection's totalCount and a search count, in list elements: both look at all rows.
	countCost, searchCost = 50, 50
	// objectWeight is what an object counts among the fields of an answer, which takes twice as long to make as a scalar.
	objectWeight = 2
)

// maxCount is more than any limit; counts stop there, so that they cannot overflow.
const maxCount = 1 << 30

// measurement walks a valid operation as it will be executed: fields with the same response name are one, fragments are spread.
type measurement struct {
	limits    limit.GraphQL
	lists     Lists
	variables map[string]any
	fields    int
	depth     int
	// answered is how many fields the answer may hold, and named how many bytes their names: each counts once for each element of the
	// lists that it is in.
	answered, named int
	// cost is how many list elements the answer may hold, and what counts beside them.
	cost int
	// introspections is how often the schema is read.
	introspections int
	// introspected is roughly how many fields of the answer are about the schema.
	introspected int
}

// measure walks an operation and refuses it as soon as it is over a limit. Introspection counts to neither depth nor cost.
func measure(limits limit.GraphQL, lists Lists, definition *ast.OperationDefinition, variables map[string]any, maxCost int) (cost int, err *gqlerror.Error) {
	m := &measurement{limits: limits, lists: lists, variables: variables}
	roots := collect(definition.SelectionSet, nil, map[string]bool{})
	maxRoots := limits.QueryRootFields
	if definition.Operation == ast.Mutation {
		maxRoots = limits.MutationRootFields
	}
	if len(roots) > maxRoots {
		return 0, tooComplex("too many root fields", len(roots), maxRoots)
	}
	m.walk(roots, 1, 1, 0)
	switch {
	case m.introspections > maxIntrospections:
		return m.cost, tooComplex("too many introspections", m.introspections, maxIntrospections)
	case m.introspected > maxIntrospected:
		return m.cost, tooComplex("too much introspection", m.introspected, maxIntrospected)
	case m.depth > limits.QueryDepth:
		return m.cost, tooComplex("too many levels", m.depth, limits.QueryDepth)
	case m.fields > maxFields:
		return m.cost, tooComplex("too many fields", m.fields, maxFields)
	case m.cost > maxCost:
		return m.cost, tooComplex("too high a cost", m.cost, maxCost)
	case m.answered > maxAnswered:
		return m.cost, tooComplex("too many fields in lists", m.answered, maxAnswered)
	case m.named > maxNameBytes:
		return m.cost, tooComplex("too many bytes of names in lists", m.named, maxNameBytes)
	}
	return m.cost, nil
}

// walk adds fields that the answer will have this many times; page is the size of the page if they are in a connection, or 0. Of
// fields with the same response name on several types, which may have different arguments, the largest counts.
func (m *measurement) walk(fields [][]*ast.Field, depth, times, page int) {
	m.add(times, page*copiesOf(fields)+repeats(fields)+furtherObjects(fields))
	for _, same := range fields {
		first := same[0]
		switch {
		case m.isOver():
			return
		case isIntrospection(first):
			m.introspections = min(maxCount, m.introspections+times)
			m.walkSchema([][]*ast.Field{same}, times)
			continue
		case first.Definition == nil:
			continue
		}
		m.answer(first, times)
		if first.Name == "__typename" {
			continue
		}
		m.depth = max(m.depth, depth)
		size, selected := 0, collect(selectionsOf(same), nil, map[string]bool{})
		for _, field := range same {
			size = max(size, m.sizeOf(field))
		}
		m.add(times, m.besides(same, selected, size))
		inside := times
		if first.Definition.Type.Elem != nil && len(selected) > 0 {
			n := m.elements(same)
			m.add(times, n)
			inside = min(maxCount, times*max(n, page))
		}
		m.walk(selected, depth+1, inside, size)
	}
}

// add adds something that occurs this many times.
func (m *measurement) add(times, cost int) { m.cost = min(maxCount, m.cost+min(maxCount, times*cost)) }

// answer adds a field that the answer will have this many times. Lists of objects count beside their elements, lists of scalars with them.
func (m *measurement) answer(field *ast.Field, times int) {
	m.fields++
	weight := 1
	switch {
	case len(field.SelectionSet) > 0:
		weight = objectWeight
	case field.Definition.Type.Elem != nil:
		weight = listSize
	}
	m.answered = min(maxCount, m.answered+min(maxCount, times*weight))
	m.name(field, times)
}

// name adds the name of a field in the answer, with its quotes and colon.
func (m *measurement) name(field *ast.Field, times int) {
	m.named = min(maxCount, m.named+min(maxCount, times*(len(field.Alias)+len(`"":`))))
}

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
// selected counts, since it is read nevertheless.
func (m *measurement) besides(same []*ast.Field, selected [][]*ast.Field, size int) int {
	cost := 0
	if same[0].Name == "totalCount" && isOfConnection(same[0]) {
		cost += countCost
	}
	if copiesOf(selected) == 0 {
		cost += size
	}
	if slices.ContainsFunc(same, m.searches) {
		cost += searchCost
	}
	return cost
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

// isOver says that the operation is over a limit, so that the rest of it is not walked. Its cost is always counted in full.
func (m *measurement) isOver() bool {
	return m.introspections > maxIntrospections || m.introspected > maxIntrospected || m.depth > m.limits.QueryDepth || m.fields > maxFields
}

// schemaLists are the usual sizes of the lists of introspection.
var schemaLists = map[string]int{
	"types": 80, "directives": 10, "fields": 8, "args": 3, "inputFields": 8, "enumValues": 8, "possibleTypes": 8, "interfaces": 2,
}

// walkSchema adds fields of the schema that the answer will have this many times.
func (m *measurement) walkSchema(fields [][]*ast.Field, times int) {
	for _, same := range fields {
		if m.isOver() {
			return
		}
		m.fields++
		inside := min(maxCount, times*max(1, schemaLists[same[0].Name]))
		m.introspected = min(maxCount, m.introspected+inside)
		m.name(same[0], times)
		m.walkSchema(collect(selectionsOf(same), nil, map[string]bool{}), inside)
	}
}

// selectionsOf returns the selections of fields with the same response name.
func selectionsOf(same []*ast.Field) ast.SelectionSet {
	var selections ast.SelectionSet
	for _, field := range same {
		selections = append(selections, field.SelectionSet...)
	}
	return selections
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

// collect returns the fields of a selection by their response names, in order, with the fragments spread.
func collect(selections ast.SelectionSet, into [][]*ast.Field, spread map[string]bool) [][]*ast.Field {
	for _, selection := range selections {
		switch s := selection.(type) {
		case *ast.Field:
			into = appendField(into, s)
		case *ast.InlineFragment:
			into = collect(s.SelectionSet, into, spread)
		case *ast.FragmentSpread:
			if !spread[s.Name] && s.Definition != nil {
				spread[s.Name] = true
				into = collect(s.Definition.SelectionSet, into, spread)
			}
		}
	}
	return into
}

func appendField(into [][]*ast.Field, field *ast.Field) [][]*ast.Field {
	for i, same := range into {
		if same[0].Alias == field.Alias {
			into[i] = append(same, field)
			return into
		}
	}
	return append(into, []*ast.Field{field})
}

func asInt(value any) (int, bool) {
	n, ok := value.(int64) // as literals and variables are coerced
	return int(n), ok
}
