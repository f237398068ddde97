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

// Inspect shows a value in a message as graphql-js does, and at most its first 100 characters.
func Inspect(value any) string {
	shown := &strings.Builder{}
	inspect(shown, value, 0)
	return cut(shown.String())
}

// inspect writes a value until it is clear that the rest is cut. It is nested in this many others.
func inspect(to *strings.Builder, value any, nested int) {
	switch value := value.(type) {
	case nil:
		to.WriteString("null")
	case string:
		to.WriteString(quote(value))
	case bool:
		to.WriteString(strconv.FormatBool(value))
	case json.Number:
		to.WriteString(numberText(value))
	case []any:
		inspectList(to, value, nested)
	case *Object:
		inspectObject(to, value, nested)
	default: // what no JSON holds
		to.WriteString("[File]")
	}
}

// isLong says that more has been written than is shown.
func isLong(text *strings.Builder) bool { return text.Len() > utf8.UTFMax*maxShown }

func inspectList(to *strings.Builder, list []any, nested int) {
	switch {
	case len(list) == 0:
		to.WriteString("[]")
		return
	case nested >= maxNesting:
		to.WriteString("[Array]")
		return
	}
	to.WriteString("[")
	for i, element := range list[:min(len(list), maxElements)] {
		if isLong(to) {
			return
		}
		if i > 0 {
			to.WriteString(", ")
		}
		inspect(to, element, nested+1)
	}
	switch more := len(list) - maxElements; {
	case more == 1:
		to.WriteString(", ... 1 more item")
	case more > 1:
		fmt.Fprintf(to, ", ... %d more items", more)
	}
	to.WriteString("]")
}

func inspectObject(to *strings.Builder, object *Object, nested int) {
	switch {
	case len(object.names) == 0:
		to.WriteString("{}")
		return
	case nested >= maxNesting:
		to.WriteString("[Object]")
		return
	}
	to.WriteString("{ ")
	for i, name := range object.names {
		if isLong(to) {
			return
		}
		if i > 0 {
			to.WriteString(", ")
		}
		to.WriteString(name + ": ")
		inspect(to, object.values[name], nested+1)
	}
	to.WriteString(" }")
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
