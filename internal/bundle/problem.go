package bundle

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"minidock/internal/fault"
)

const (
	// maxProblems and maxWarnings are the most of each that are reported about a package.
	maxProblems = 50
	maxWarnings = 100
	// maxShown is the most characters of a file's name in a message.
	maxShown = 100
)

// Severity says whether a package can be used in spite of a problem.
type Severity string

// The severities, called as the levels of a task's log.
const (
	Error   Severity = "ERROR"
	Warning Severity = "WARNING"
)

// Problem is something wrong with a package. It can be stored as JSON.
type Problem struct {
	Code fault.Code `json:"code"`
	// Variant names the case of the code that has a message of its own.
	Variant fault.Variant `json:"variant,omitempty"`
	// File is the name within the zip, "" for the package as a whole. Line and Column start at 1; 0 is none.
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	// Params are the values in the message, as text.
	Params []fault.Param `json:"params,omitempty"`
}

// warnings are the codes that do not keep a package from being used.
var warnings = []fault.Code{
	fault.DebugOn, fault.HostNotConfigured, fault.InsecureHost, fault.MissingComponent, fault.MissingPreload, fault.StrayFile, fault.LargePicture,
	fault.NamesDifferByCase,
}

// Severity returns Warning for what does not keep the package from being used, and Error for everything else.
func (p Problem) Severity() Severity {
	if slices.Contains(warnings, p.Code) {
		return Warning
	}
	return Error
}

// UserError returns the problem as an error of an input's field, such as "source.package". Its parameters begin with `file`, `line` and
// `column`, where there are any. Of a long name the end is shown.
func (p Problem) UserError(field string) fault.UserError {
	var params []any
	if p.File != "" {
		params = append(params, "file", shown(p.File))
	}
	if p.Line > 0 {
		params = append(params, "line", p.Line)
	}
	if p.Column > 0 {
		params = append(params, "column", p.Column)
	}
	for _, param := range p.Params {
		params = append(params, param.Name, param.Value)
	}
	return fault.New(field, p.Code, append(params, p.Variant)...)
}

// shown returns a name for a message.
func shown(name string) string {
	if utf8.RuneCountInString(name) <= maxShown {
		return name
	}
	runes := []rune(name)
	return "…" + string(runes[len(runes)-maxShown+1:])
}

// problem returns a problem of a file. The params are pairs of a name and a value, and may end with a Variant.
func problem(code fault.Code, file string, params ...any) Problem {
	made := Problem{Code: code, File: file}
	if last := len(params) - 1; len(params)%2 == 1 {
		made.Variant, params = params[last].(fault.Variant), params[:last]
	}
	for i := 0; i < len(params); i += 2 {
		value := params[i+1]
		if text, ok := value.(string); ok {
			value = printable(text)
		}
		made.Params = append(made.Params, fault.Param{Name: params[i].(string), Value: cut(fmt.Sprint(value), maxShown)})
	}
	return made
}

// at returns the problem at a line and column.
func (p Problem) at(line, column int) Problem {
	p.Line, p.Column = line, column
	return p
}

// problems collects so many problems at most.
type problems struct {
	list []Problem
	most int
}

func (p *problems) add(more ...Problem) {
	p.list = append(p.list, more[:min(len(more), p.most-len(p.list))]...)
}

func (p *problems) full() bool { return len(p.list) >= p.most }

// cut returns the beginning of a text, so many characters at most.
func cut(text string, most int) string {
	if len(text) <= most || utf8.RuneCountInString(text) <= most {
		return text
	}
	at := 0
	for range most - 1 {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return text[:at] + "…"
}

// printable returns a text with replacement characters for what cannot be shown.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if isForbidden(r) {
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(text, string(utf8.RuneError)))
}
