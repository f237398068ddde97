package graph

import (
	"encoding/json"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"minidock/internal/limit"
	"minidock/internal/page"
)

// listSize is how many elements a list is taken to have whose size the query does not say: such lists are short.
const listSize = 1

// listSizes are the lists that are longer than that, with about as many elements as they have: some of the mini programs of a
// workspace, of which there are few.
var listSizes = map[string]int{"Member.miniPrograms": 5, "Invitation.miniPrograms": 5}

// enough is more than any limit; counts stop growing there, so that they cannot overflow.
const enough = 1 << 30

// operation is a valid operation under measurement. It is walked as it will be executed: fields with the same response
// name are one, fragments are spread.
type operation struct {
	limits    limit.Limits
	variables map[string]any
	fields    int
	depth     int
	// cost is how many list elements the answer may hold.
	cost int
	// introspections is how often the schema is asked for.
	introspections int
	// told is how much of the schema the answer tells, in fields, roughly.
	told int
}

// measure walks an operation and refuses it as soon as it is over a limit. Introspection counts to neither depth nor cost.
func measure(limits limit.Limits, definition *ast.OperationDefinition, variables map[string]any, maxCost int) (cost int, err *gqlerror.Error) {
	o := &operation{limits: limits, variables: variables}
	roots := collect(definition.SelectionSet, nil, map[string]bool{})
	maxRoots := limits.QueryRootFields
	if definition.Operation == ast.Mutation {
		maxRoots = limits.MutationRootFields
	}
	if len(roots) > maxRoots {
		return 0, tooComplex("too many root fields", len(roots), maxRoots)
	}
	o.walk(roots, 1, 1, 0)
	switch {
	case o.introspections > maxIntrospections:
		return o.cost, tooComplex("too many introspections", o.introspections, maxIntrospections)
	case o.told > maxTold:
		return o.cost, tooComplex("too much introspection", o.told, maxTold)
	case o.depth > limits.QueryDepth:
		return o.cost, tooComplex("too many levels", o.depth, limits.QueryDepth)
	case o.fields > maxFields:
		return o.cost, tooComplex("too many fields", o.fields, maxFields)
	case o.cost > maxCost:
		return o.cost, tooComplex("too high a cost", o.cost, maxCost)
	}
	return o.cost, nil
}

// walk adds what fields amount to that will be there times over; pageSize is that of the connection that they are in. Of fields
// that are one by their name and lie on several types, with arguments of their own, the largest counts.
func (o *operation) walk(fields [][]*ast.Field, depth, times, pageSize int) {
	for _, same := range fields {
		first := same[0]
		switch {
		case o.isOver():
			return
		case isIntrospection(first):
			o.introspections = min(enough, o.introspections+times)
			o.tell([][]*ast.Field{same}, times)
			continue
		case strings.HasPrefix(first.Name, "__") || first.Definition == nil:
			continue
		}
		o.fields++
		o.depth = max(o.depth, depth)
		inside, size := times, 0
		for _, field := range same {
			size = max(size, o.sizeOf(field))
		}
		if first.Definition.Type.Elem != nil {
			inside = min(enough, times*o.elements(same, pageSize))
			o.cost = min(enough, o.cost+inside)
		}
		o.walk(collect(selectionsOf(same), nil, map[string]bool{}), depth+1, inside, size)
	}
}

// isOver tells that the operation is over a limit, so that what is left of it need not be looked at. Its cost is told in full.
func (o *operation) isOver() bool {
	return o.introspections > maxIntrospections || o.told > maxTold || o.depth > o.limits.QueryDepth || o.fields > maxFields
}

// schemaLists are the lists of introspection, with about as many elements as they have here.
var schemaLists = map[string]int{
	"types": 80, "directives": 10, "fields": 8, "args": 3, "inputFields": 8, "enumValues": 8, "possibleTypes": 8, "interfaces": 2,
}

// tell adds what introspection tells so many times over.
func (o *operation) tell(fields [][]*ast.Field, times int) {
	for _, same := range fields {
		if o.isOver() {
			return
		}
		o.fields++
		inside := min(enough, times*max(1, schemaLists[same[0].Name]))
		o.told = min(enough, o.told+inside)
		o.tell(collect(selectionsOf(same), nil, map[string]bool{}), inside)
	}
}

// selectionsOf returns what is selected in fields that are one.
func selectionsOf(same []*ast.Field) ast.SelectionSet {
	var selections ast.SelectionSet
	for _, field := range same {
		selections = append(selections, field.SelectionSet...)
	}
	return selections
}

// sizeOf returns the size of the page that a connection was asked for, or 0 for what is none.
func (o *operation) sizeOf(field *ast.Field) int {
	if field.Definition.Arguments.ForName("first") == nil {
		return 0
	}
	arguments := field.ArgumentMap(o.variables)
	for _, name := range []string{"first", "last"} {
		if n, ok := asInt(arguments[name]); ok {
			return min(max(n, 0), page.MaxSize)
		}
	}
	return page.DefaultSize
}

// elements returns how many elements a list may have: those of its connection, or as many as there are ids.
func (o *operation) elements(same []*ast.Field, pageSize int) int {
	most := pageSize
	for _, field := range same {
		if ids, ok := field.ArgumentMap(o.variables)["ids"].([]any); ok {
			most = max(most, len(ids))
		} else {
			most = max(most, listSize, listSizes[field.ObjectDefinition.Name+"."+field.Name])
		}
	}
	return most
}

// collect gathers the fields of a selection by their response names, in their order, with the fragments spread.
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
	switch n := value.(type) {
	case int64:
		return int(n), true
	case int:
		return n, true
	case json.Number:
		i, err := n.Int64()
		return int(i), err == nil
	}
	return 0, false
}
