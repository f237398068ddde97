package main

import (
	"bytes"
	"errors"
	"regexp"
)

var (
	objectFunction = regexp.MustCompile(`(?s)\nfunc \(ec \*executionContext\) _\w+\(ctx context\.Context, sel ast\.SelectionSet(, obj [^)]*)?\) (graphql\.Marshaler|func\(ctx context\.Context\) graphql\.Marshaler) \{.*?\n\}\n`)
	deferring      = regexp.MustCompile(`(?s)\n\tdeferred := graphql\.NewDeferredGroup\(ctx\)|\n\tif n := len\(deferred\.Defers\); n > 0 \{.*?\n\t\}\n`)
)

const (
	newFieldSet = "graphql.NewFieldSet(fields)"
	dispatch    = "\n\tout.Dispatch(ctx)"
)

// plainObjects has objects written without what @defer needs, which the schema does not have: gqlgen makes a path and a set of fields for
// each. Those below the roots, which resolve nothing at once, are of the type object.
func plainObjects(code []byte) ([]byte, error) {
	found := 0
	code = objectFunction.ReplaceAllFunc(code, func(function []byte) []byte {
		function = deferring.ReplaceAll(function, nil)
		if !bytes.Contains(function, []byte(newFieldSet)) || bytes.Contains(function, []byte("innerCtx")) { // which roots have
			return function
		}
		found++
		function = bytes.Replace(function, []byte(dispatch), nil, 1)
		return bytes.Replace(function, []byte(newFieldSet), []byte("newObject(fields)"), 1)
	})
	code = bytes.Replace(code, []byte("\t\"math\"\n"), nil, 1) // which only @defer needs
	if found == 0 || bytes.Contains(code, []byte("NewDeferredGroup")) {
		return nil, errors.New("there is no object, or one that is not understood: gqlgen writes them in another way now")
	}
	return code, nil
}

var (
	buffers    = regexp.MustCompile(`\n\t+(var buf bytes\.Buffer|buf\.Reset\(\)|data\.MarshalGQL\(&buf\))`)
	bufferedAs = []byte("buf.Bytes()")
)

// marshalOnce has answers written into a buffer that is used again, and copied once.
func marshalOnce(code []byte) ([]byte, error) {
	if bytes.Count(code, bufferedAs) == 0 {
		return nil, errors.New("there is no buffer: gqlgen writes answers in another way now")
	}
	code = bytes.ReplaceAll(buffers.ReplaceAll(code, nil), bufferedAs, []byte("ec.marshalled(data)"))
	return bytes.Replace(code, []byte("\t\"bytes\"\n"), nil, 1), nil
}
