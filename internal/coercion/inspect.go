package coercion

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	// maxShown is how many characters of a value a message repeats.
	maxShown = 100
	// maxElements and maxNesting are how much of a list and of nested values is shown.
	maxElements, maxNesting = 10, 2
)

// hidden stands for a text or a number that is not shown.
const hidden = "…"

// Inspect shows a value in a message as graphql-js does, and at most its first 100 characters.
func Inspect(value any) string { return show(value, false) }

func show(value any, isSecret bool) string {
	i := &inspection{isSecret: isSecret}
	i.write(value, 0)
	return cut(i.String())
}

// inspection is the text of a value.
type inspection struct {
	strings.Builder
	// isSecret says that texts and numbers are not shown.
	isSecret bool
}

// write writes a value until it is clear that the rest is cut. It is nested in this many others.
func (i *inspection) write(value any, nested int) {
	switch value := value.(type) {
	case nil:
		i.WriteString("null")
	case string:
		if i.isSecret {
			value = hidden
		}
		i.WriteString(quote(value))
	case bool:
		i.WriteString(strconv.FormatBool(value))
	case json.Number:
		if i.isSecret { // it may be a password or a code that was sent without quotes
			i.WriteString(hidden)
			return
		}
		i.WriteString(numberText(value))
	case []any:
		i.writeList(value, nested)
	case *Object:
		i.writeObject(value, nested)
	default: // what no JSON holds
		i.WriteString("[File]")
	}
}

// isLong says that more has been written than is shown.
func isLong(text *strings.Builder) bool { return text.Len() > utf8.UTFMax*maxShown }

func (i *inspection) writeList(list []any, nested int) {
	switch {
	case len(list) == 0:
		i.WriteString("[]")
		return
	case nested >= maxNesting:
		i.WriteString("[Array]")
		return
	}
	i.WriteString("[")
	for n, element := range list[:min(len(list), maxElements)] {
		if isLong(&i.Builder) {
			return
		}
		if n > 0 {
			i.WriteString(", ")
		}
		i.write(element, nested+1)
	}
	switch more := len(list) - maxElements; {
	case more == 1:
		i.WriteString(", ... 1 more item")
	case more > 1:
		fmt.Fprintf(i, ", ... %d more items", more)
	}
	i.WriteString("]")
}

func (i *inspection) writeObject(object *Object, nested int) {
	switch {
	case len(object.names) == 0:
		i.WriteString("{}")
		return
	case nested >= maxNesting:
		i.WriteString("[Object]")
		return
	}
	i.WriteString("{ ")
	for n, name := range object.names {
		if isLong(&i.Builder) {
			return
		}
		if n > 0 {
			i.WriteString(", ")
		}
		i.WriteString(name + ": ")
		i.write(object.values[name], nested+1)
	}
	i.WriteString(" }")
}

// quote returns the beginning of a text as JSON has it, or all of it if it is not cut anyway.
func quote(text string) string {
	if utf8.RuneCountInString(text) > maxShown {
		text = string([]rune(text)[:maxShown])
	}
	quoted := &strings.Builder{}
	encoder := json.NewEncoder(quoted)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(text) != nil {
		return `""`
	}
	return strings.NewReplacer(`\\`, `\\`, `\u2028`, "\u2028", `\u2029`, "\u2029").Replace(strings.TrimSuffix(quoted.String(), "\n"))
}

// cut returns the first 100 characters of a text, with an ellipsis in place of the rest.
func cut(text string) string {
	if utf8.RuneCountInString(text) <= maxShown {
		return text
	}
	n := 0
	for i := range text {
		if n == maxShown {
			return text[:i] + "…"
		}
		n++
	}
	return text
}
