package fault

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/language"

	"minidock/internal/locale"
)

// MessageKey returns the key of the message: the code, followed by the variant or the field if that has a message of its own.
func (e UserError) MessageKey() string {
	for _, detail := range []string{string(e.variant), e.name()} {
		if key := string(e.Code) + "." + detail; sentences[key] != (locale.Text{}) {
			return key
		}
	}
	return string(e.Code)
}

// placeholder is a word in braces, with the texts for one and for several if it is a number.
var placeholder = regexp.MustCompile(`\{(\w+)(?:\?([^|{}]*)\|([^|{}]*))?\}`)

// Message returns the message in a language.
func (e UserError) Message(tag language.Tag) string {
	return placeholder.ReplaceAllStringFunc(sentences[e.MessageKey()].In(tag), func(found string) string {
		parts := placeholder.FindStringSubmatch(found)
		switch name, one, several := parts[1], parts[2], parts[3]; {
		case name == "field":
			return e.label().In(tag)
		case name == "allowed":
			return choice(e.param(name), tag)
		case several == "":
			return e.param(name)
		case e.param(name) == "1":
			return one
		default:
			return several
		}
	})
}

// param returns the parameter of this name as text, or "" if there is none.
func (e UserError) param(name string) string {
	for _, param := range e.Params {
		if param.Name == name {
			return fmt.Sprint(param.Value)
		}
	}
	return ""
}

// choice returns the values of a parameter, which are separated by commas, as a choice in words.
func choice(values string, tag language.Tag) string {
	choices := strings.Split(values, ", ")
	for i, one := range choices {
		choices[i] = locale.Word(one, tag)
	}
	return locale.Either(choices, tag)
}

// label returns what people call the field.
func (e UserError) label() locale.Text {
	steps := slices.DeleteFunc(e.Steps(), func(step string) bool {
		_, err := strconv.Atoi(step)
		return err == nil
	})
	if label, ok := labels[strings.Join(steps, ".")]; ok {
		return label
	}
	return labels[e.name()]
}
