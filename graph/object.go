package graph

import (
	"bytes"
	"io"
	"sync"

	"github.com/99designs/gqlgen/graphql"
)

// object is the answer to an object below the roots; the generated code fills it (graph/generate/objects.go). It is graphql.FieldSet without
// fields that are resolved at once or deferred, which are not used there.
type object struct {
	fields []graphql.CollectedField
	// Values are those of the fields.
	Values []graphql.Marshaler
	// Invalids is how many of them are null where the schema allows no null.
	Invalids uint32
	// few has the values of an object that has few, so that they are allocated with it.
	few [4]graphql.Marshaler
}

func newObject(fields []graphql.CollectedField) *object {
	o := &object{fields: fields}
	if len(fields) <= len(o.few) {
		o.Values = o.few[:len(fields)]
	} else {
		o.Values = make([]graphql.Marshaler, len(fields))
	}
	return o
}

// MarshalGQL writes the object in JSON. A response name that is selected by several types is written once. In the grammar, names hold
// nothing that JSON escapes.
func (o *object) MarshalGQL(w io.Writer) {
	before := `{"`
	for i, value := range o.Values {
		if o.isWritten(i) {
			continue
		}
		_, _ = io.WriteString(w, before)
		_, _ = io.WriteString(w, o.fields[i].Alias)
		_, _ = io.WriteString(w, `":`)
		value.MarshalGQL(w)
		before = `,"`
	}
	if before == `{"` {
		_, _ = io.WriteString(w, `{`)
	}
	_, _ = io.WriteString(w, `}`)
}

// isWritten says whether a field before this one has the same response name.
func (o *object) isWritten(i int) bool {
	for n := range i {
		if o.fields[n].Alias == o.fields[i].Alias {
			return true
		}
	}
	return false
}

// maxBuffer is the most bytes of a buffer that is kept to be used again.
const maxBuffer = 256 << 10

var answers = sync.Pool{New: func() any { return new(answer) }}

// answer keeps what is written to it, until it is longer than an answer may be.
type answer struct {
	text bytes.Buffer
	max  int64 // 0 for no limit
}

func (a *answer) isOver() bool { return a.max > 0 && int64(a.text.Len()) > a.max }

func (a *answer) Write(text []byte) (int, error) {
	if !a.isOver() {
		a.text.Write(text)
	}
	return len(text), nil
}

func (a *answer) WriteString(text string) (int, error) {
	if !a.isOver() {
		a.text.WriteString(text)
	}
	return len(text), nil
}

// marshalled returns an answer in JSON, or the beginning of one that is too long, which is over the limit; the generated code calls it.
func (ec *executionContext) marshalled(data graphql.Marshaler) []byte {
	a := answers.Get().(*answer)
	a.text.Reset()
	a.max = ec.Resolvers.(*Resolver).AnswerBytes
	data.MarshalGQL(a)
	text := bytes.Clone(a.text.Bytes())
	if a.text.Cap() <= maxBuffer {
		answers.Put(a)
	}
	return text
}
