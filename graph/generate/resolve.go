package main

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
)

// What gqlgen writes for a field, in the layout of its templates.
var (
	function       = regexp.MustCompile(`(?ms)^func \(ec \*executionContext\) .*?^\}\n`)
	resolveField   = []byte("graphql.ResolveField(\n\t\tctx,\n\t\tec.OperationContext,")
	noDirective    = []byte("\n\t\tnil,\n")
	recovering     = regexp.MustCompile(`\n\t\ttrue,(\n\t\t(?:true|false),\n\t\)\n\}\n)$`)
	childContext   = regexp.MustCompile(`(?s)\n\t\tChild: func.*?\n\t\t\},`)
	childContexts  = []byte("func (ec *executionContext) childFields_")
	readArguments  = regexp.MustCompile(`(?s)\n\tdefer func\(\) \{\n.*\n\tif fc\.Args, err = (ec\.field_\w+_args)\(.*\n\treturn fc, nil\n`)
	executionState = []byte("\t*graphql.ExecutionContextState[ResolverRoot, DirectiveRoot, ComplexityRoot]\n}")
	collectFields  = []byte("graphql.CollectFields(ec.OperationContext, ")
)

// readOnce has fields resolved without what only interceptors of fields would need, and read once in an operation what is the same for all
// its objects: arguments, and which fields are selected. graph/operation.go has what is called in place of gqlgen's functions.
func readOnce(code []byte) ([]byte, error) {
	done := map[string]int{}
	code = function.ReplaceAllFunc(code, func(function []byte) []byte {
		switch {
		case bytes.HasPrefix(function, childContexts):
			done["childFields"]++
			return nil
		case bytes.Contains(function, resolveField) && bytes.Contains(function, noDirective) && recovering.Match(function):
			done["ResolveField"]++
			function = bytes.Replace(function, resolveField, []byte("resolve(\n\t\tctx,\n\t\tec,"), 1)
			return recovering.ReplaceAll(bytes.Replace(function, noDirective, []byte("\n"), 1), []byte("$1"))
		case childContext.Match(function):
			done["Child"]++
			function = childContext.ReplaceAll(function, nil)
		}
		return readArguments.ReplaceAll(function, []byte("\n\treturn fc, ec.readArguments(ctx, fc, $1)\n"))
	})
	for part, count := range map[string]int{
		"childFields": done["childFields"], "ResolveField": done["ResolveField"], "Child": done["Child"],
		"readArguments": bytes.Count(code, []byte("ec.readArguments(")), "CollectFields": bytes.Count(code, collectFields), "state": bytes.Count(code, executionState),
	} {
		if count == 0 {
			return nil, fmt.Errorf("no %s is understood: gqlgen writes fields in another way now", part)
		}
	}
	if childContext.Match(code) {
		return nil, errors.New("a Child is not understood: gqlgen writes the contexts of fields in another way now")
	}
	code = bytes.Replace(code, executionState, append(executionState[:len(executionState)-1:len(executionState)-1], "\tmemo memo\n}"...), 1)
	return bytes.ReplaceAll(code, collectFields, []byte("ec.collectFields(")), nil
}
