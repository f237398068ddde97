package remote

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"minidock/internal/pack"
)

// result is what became of an upload, and what --json prints.
type result struct {
	Version  *version  `json:"version"`
	Problems []problem `json:"problems"`
	warnings []problem
}

func newResult() *result { return &result{Problems: []problem{}} }

// version is a version as far as it is shown.
type version struct {
	ID     string `json:"id"`
	Number string `json:"number"`
	Status string `json:"status"`
}

// problem is a reason why a version was refused, or a warning.
type problem struct {
	problemPlace
	Message string `json:"message"`
}

// problemPlace is what a problem is and where.
type problemPlace struct {
	Code string  `json:"code"`
	File *string `json:"file"`
	Line *int    `json:"line"`
}

// userError is a user error or a warning of the server.
type userError struct {
	Code, Message string
	MessageParams []struct{ Name, Value string }
}

// String is the problem in a line, as compilers and linters write it.
func (p problem) String() string {
	var place strings.Builder
	if p.File != nil {
		place.WriteString(*p.File + ":")
		if p.Line != nil {
			place.WriteString(strconv.Itoa(*p.Line) + ":")
		}
		place.WriteByte(' ')
	}
	return inALine(place.String() + p.Message)
}

// inALine replaces what would begin another line or command a terminal.
func inALine(text string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return unicode.ReplacementChar
		}
		return c
	}, text)
}

// problem returns the problem with its place, which the server's parameters name.
func (e userError) problem() problem {
	p := problem{problemPlace: problemPlace{Code: e.Code}, Message: e.Message}
	for _, param := range e.MessageParams {
		switch param.Name {
		case "file":
			p.File = &param.Value
		case "line":
			if line, err := strconv.Atoi(param.Value); err == nil && line > 0 {
				p.Line = &line
			}
		}
	}
	return p
}

func (r *result) addErrors(errs []userError) {
	for _, one := range errs {
		r.Problems = append(r.Problems, one.problem())
	}
}

func (r *result) addPacking(refusal *pack.Refusal) {
	for _, one := range refusal.Problems {
		p := problem{problemPlace: problemPlace{Code: one.Code}, Message: one.Message}
		if one.File != "" {
			p.File = &one.File
		}
		r.Problems = append(r.Problems, p)
	}
}

// addChecked adds what the checks found: the log has what failed, the version its warnings.
func (r *result) addChecked(checked *checking) {
	for _, entry := range checked.Task.Log {
		if entry.Level == "ERROR" {
			r.Problems = append(r.Problems, problem{problemPlace: entry.problemPlace, Message: entry.Message})
		}
	}
	for _, warning := range checked.Warnings {
		r.warnings = append(r.warnings, warning.problem())
	}
}

// conclude writes the result, and returns the error that the program ends with.
func (s Server) conclude(done *result, err error) error {
	if err == nil {
		return s.judge(done)
	}
	failed := asFailure(err)
	if failed.exit == exitUsage {
		return err
	}
	if s.JSON || failed.exit == exitRefused { // otherwise the program's last words are the failure
		done.Problems = append(done.Problems, problem{problemPlace: problemPlace{Code: failed.code}, Message: failed.message})
	}
	if s.JSON || failed.exit == exitRefused || done.Version != nil {
		if err := s.write(done); err != nil {
			return err
		}
	}
	if failed.exit == exitRefused {
		return ErrRefused
	}
	return err
}

// judge writes the result of an upload to the end.
func (s Server) judge(done *result) error {
	if err := s.write(done); err != nil {
		return err
	}
	if done.isRefused() {
		return ErrRefused
	}
	return nil
}

// isRefused reports whether there is no version, or one that failed.
func (r *result) isRefused() bool { return r.Version == nil || r.Version.Status == "FAILED" }

// write writes the result to Stdout: one JSON object, with the warnings on Stderr, or the lines of the problems and the warnings, and
// one about the version.
func (s Server) write(done *result) error {
	if s.JSON {
		for _, warning := range done.warnings {
			fmt.Fprintln(s.Stderr, "warning: "+warning.String())
		}
		return writeJSON(s, done)
	}
	for _, warning := range done.warnings {
		fmt.Fprintln(s.Stdout, warned(warning))
	}
	for _, one := range done.Problems {
		fmt.Fprintln(s.Stdout, one)
	}
	_, err := fmt.Fprintln(s.Stdout, done.summary())
	return err
}

// warned is a warning in a line.
func warned(p problem) problem {
	p.Message = "warning: " + p.Message
	return p
}

func writeJSON(s Server, value any) error {
	encoder := json.NewEncoder(s.Stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// summary is the last line: the version's number and status, and how much was found.
func (r *result) summary() string {
	line := "No version was made"
	if r.Version != nil {
		line = "Version " + r.Version.Number + " is " + r.Version.Status
	}
	var found []string
	if len(r.Problems) > 0 {
		found = append(found, count(len(r.Problems), "problem"))
	}
	if len(r.warnings) > 0 {
		found = append(found, count(len(r.warnings), "warning"))
	}
	if len(found) == 0 {
		return line
	}
	return line + ": " + strings.Join(found, ", ")
}
