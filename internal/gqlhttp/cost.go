package gqlhttp

import (
	"slices"

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
	// Costs are what fields count that take as long to read as many list elements, by type and field.
	Costs map[string]int
	// AreClosed says of a field that it holds nothing for clients who are signed out, nor do the lists in it; nil for none.
	AreClosed func(*ast.FieldDefinition) bool
}

const (
	// listSize is how many elements any other list of objects is taken to have. Lists of scalars are short and count nothing.
	listSize = 5
	// countCost and searchCost are what a connection's totalCount and a search count, in list elements: both look at all rows.
	countCost, searchCost = 50, 50
	// objectWeight is what an object counts among the fields of an answer, which takes twice as long to make as a scalar, and scalarsWeight
	// what a list of scalars does: the longest, of permissions, have about so many.
	objectWeight, scalarsWeight = 2, 10
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
	// cost is how many list elements the answer may hold, and what counts beside them; open is as much of it as is not within closed
	// fields, of which there are so many around the field that is walked.
	cost, open, closed int
	// searched is how many lists are searched within closed fields: what is public is short.
	searched int
	// introspections is how often the schema is read.
	introspections int
	// introspected is roughly how many fields of the answer are about the schema.
	introspected int
}

// measure walks an operation and refuses it as soon as it is over a limit. Introspection counts to neither depth nor cost. For clients who
// are signed out, whose maxCost is another one, closed fields do not count toward it: they are told to sign in, and not to ask for less.
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
	if cost = m.cost; maxCost != limits.QueryCost {
		cost = m.open
	}
	switch {
	case m.introspections > maxIntrospections:
		return cost, tooComplex("too many introspections", m.introspections, maxIntrospections)
	case m.introspected > maxIntrospected:
		return cost, tooComplex("too much introspection", m.introspected, maxIntrospected)
	case m.depth > limits.QueryDepth:
		return cost, tooComplex("too many levels", m.depth, limits.QueryDepth)
	case m.fields > maxFields:
		return cost, tooComplex("too many fields", m.fields, maxFields)
	case m.searched > limits.QuerySearches:
		return cost, tooComplex("too many searches", m.searched, limits.QuerySearches)
	case cost > maxCost:
		return cost, tooComplex("too high a cost", cost, maxCost)
	case m.cost > max(maxCost, limits.QueryCost):
		return cost, tooComplex("too high a cost", m.cost, max(maxCost, limits.QueryCost))
	case m.answered > maxAnswered:
		return cost, tooComplex("too many fields in lists", m.answered, maxAnswered)
	case m.named > maxNameBytes:
		return cost, tooComplex("too many bytes of names in lists", m.named, maxNameBytes)
	}
	return cost, nil
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
		m.enter(same, 1)
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
		m.enter(same, -1)
	}
}

// add adds something that occurs this many times.
func (m *measurement) add(times, cost int) {
	more := min(maxCount, times*cost)
	m.cost = min(maxCount, m.cost+more)
	if m.closed == 0 {
		m.open = min(maxCount, m.open+more)
	}
}

// enter notes that the walk goes into fields with one response name, or out of them. They are closed if all of them are.
func (m *measurement) enter(same []*ast.Field, by int) {
	isOpen := func(field *ast.Field) bool { return field.Definition == nil || !m.lists.AreClosed(field.Definition) }
	if m.lists.AreClosed != nil && !slices.ContainsFunc(same, isOpen) {
		m.closed += by
	}
}

// answer adds a field that the answer will have this many times. Lists of objects count beside their elements, lists of scalars with them.
func (m *measurement) answer(field *ast.Field, times int) {
	m.fields++
	weight := 1
	switch {
	case len(field.SelectionSet) > 0:
		weight = objectWeight
	case field.Definition.Type.Elem != nil:
		weight = scalarsWeight
	}
	m.answered = min(maxCount, m.answered+min(maxCount, times*weight))
	m.name(field, times)
}

// name adds the name of a field in the answer, with its quotes and colon.
func (m *measurement) name(field *ast.Field, times int) {
	m.named = min(maxCount, m.named+min(maxCount, times*(len(field.Alias)+len(`"":`))))
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
