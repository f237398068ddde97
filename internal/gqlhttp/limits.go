package gqlhttp

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"minidock/internal/fault"
	"minidock/internal/limit"
)

// Bounds that are not settings, since no honest client comes near them.
const (
	// maxOverlap bounds the pairs of fields with the same name: validation compares them all, and again for each definition and each
	// inline fragment from which they are reached.
	maxOverlap = 100_000
	// maxFields bounds the fields of an operation with its fragments spread.
	maxFields = 4_000
	// maxAnswered bounds the fields of an answer, which is made in full before its size is known. Objects cost nothing, and each may hold
	// many more.
	maxAnswered = 40_000
	// maxNameBytes bounds the bytes of the names of these fields, which a query can make long.
	maxNameBytes = 8 << 20
	// maxIntrospections bounds how often one operation may read the schema, and maxIntrospected how much of it: about four times as
	// much as the introspection query of common tools.
	maxIntrospections, maxIntrospected = 5, 400_000
)

// tooComplex refuses a query that is over a limit.
func tooComplex(what string, found, limit int) *gqlerror.Error {
	return coded(&fault.Refusal{Code: "QUERY_TOO_COMPLEX", Message: fmt.Sprintf("The query has %s: %d, at most %d.", what, found, limit)})
}

// tooManyElements refuses a list that is over the limit, in the query or in the variables.
func tooManyElements(found, limit int) *gqlerror.Error {
	return tooComplex("too many elements in a list", found, limit)
}

// queryText is what a query consists of as it is written, before it is known to be valid.
type queryText struct {
	aliases, directives int
	// list is the length of the longest list.
	list        int
	definitions []*definition
	fragments   map[string]*definition
}

// definition is one operation or fragment of a query.
type definition struct {
	// weights holds, for each response name, how much there is to compare: fields of this name and the values in them.
	weights map[string]int
	spreads []string
	// inline is how deep inline fragments are nested directly in one another.
	inline int
}

// spreading is the name under which all spreads are counted; no field has it.
const spreading = "..."

// checkText refuses a query that is over a limit as it is written. It looks at each selection once.
func checkText(limits limit.GraphQL, doc *ast.QueryDocument) *gqlerror.Error {
	t := &queryText{fragments: map[string]*definition{}}
	for _, operation := range doc.Operations {
		t.read(operation.Directives, operation.SelectionSet)
		for _, variable := range operation.VariableDefinitions {
			t.weigh(variable.Directives, nil)
			if variable.DefaultValue != nil {
				t.countValues(variable.DefaultValue)
			}
		}
	}
	for _, fragment := range doc.Fragments {
		read := t.read(fragment.Directives, fragment.SelectionSet)
		if t.fragments[fragment.Name] == nil {
			t.fragments[fragment.Name] = read
		}
	}
	switch {
	case t.aliases > limits.QueryAliases:
		return tooComplex("too many aliases", t.aliases, limits.QueryAliases)
	case t.directives > limits.QueryDirectives:
		return tooComplex("too many directives", t.directives, limits.QueryDirectives)
	case t.list > limits.ListLength:
		return tooManyElements(t.list, limits.ListLength)
	}
	if overlap := t.overlap(); overlap > maxOverlap {
		return tooComplex("too many fields with the same name", overlap, maxOverlap)
	}
	return nil
}

func (t *queryText) read(directives ast.DirectiveList, selections ast.SelectionSet) *definition {
	d := &definition{weights: map[string]int{}}
	d.weights[spreading] = t.weigh(directives, nil)
	t.add(d, selections, 0)
	t.definitions = append(t.definitions, d)
	return d
}

// add adds selections that are nested in this many inline fragments of the same field.
func (t *queryText) add(d *definition, selections ast.SelectionSet, inline int) {
	d.inline = max(d.inline, inline)
	for _, selection := range selections {
		switch s := selection.(type) {
		case *ast.Field:
			d.weights[s.Alias] += 1 + t.weigh(s.Directives, s.Arguments)
			if s.Alias != s.Name {
				t.aliases++
			}
			t.add(d, s.SelectionSet, 0)
		case *ast.InlineFragment:
			d.weights[spreading] += t.weigh(s.Directives, nil)
			t.add(d, s.SelectionSet, inline+1)
		case *ast.FragmentSpread:
			d.weights[spreading] += 1 + t.weigh(s.Directives, nil)
			d.spreads = append(d.spreads, s.Name)
		}
	}
}

// weigh counts the values of arguments and of directives, and the directives.
func (t *queryText) weigh(directives ast.DirectiveList, arguments ast.ArgumentList) int {
	values := 0
	for _, argument := range arguments {
		values += t.countValues(argument.Value)
	}
	t.directives += len(directives)
	for _, directive := range directives {
		values += t.weigh(nil, directive.Arguments)
	}
	return values
}

func (t *queryText) countValues(value *ast.Value) int {
	if value.Kind == ast.ListValue {
		t.list = max(t.list, len(value.Children))
	}
	n := 1
	for _, child := range value.Children {
		n += t.countValues(child.Value)
	}
	return n
}

// overlap returns how many pairs there are to compare, or some number over the limit. Validation starts at each operation and at each
// fragment, and follows all spreads from there.
func (t *queryText) overlap() int {
	sum := 0
	for _, d := range t.definitions {
		sum += t.overlapFrom(d, maxOverlap-sum)
	}
	return sum
}

func (t *queryText) overlapFrom(root *definition, limit int) int {
	reached, weights, inline, sum := []*definition{root}, map[string]int{}, 0, 0
	seen := map[string]bool{}
	for i := 0; i < len(reached) && sum*(1+inline) <= limit; i++ {
		inline = max(inline, reached[i].inline)
		for name, weight := range reached[i].weights {
			sum += weight * (weight + 2*weights[name])
			weights[name] += weight
		}
		for _, name := range reached[i].spreads {
			if fragment := t.fragments[name]; fragment != nil && !seen[name] {
				seen[name] = true
				reached = append(reached, fragment)
			}
		}
	}
	return sum * (1 + inline)
}
