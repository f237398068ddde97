package version

import (
	"encoding/json"
	"fmt"
	"time"

	"golang.org/x/text/language"

	"minidock/ent"
	"minidock/internal/bundle"
	"minidock/internal/fault"
	"minidock/internal/locale"
)

// LogLevel is how much a line of a log matters.
type LogLevel string

// The levels of lines.
const (
	LogLevelInfo  LogLevel = "INFO"
	LogLevelError LogLevel = "ERROR"
)

// TaskLogEntry is a line in the log of a task: a problem or a warning, or else one of the notes below.
type TaskLogEntry struct {
	At    time.Time
	Level LogLevel
	// Problem is what a line of the levels ERROR and WARNING is about, unless it is a note.
	Problem *bundle.Problem `json:",omitempty"`
	Note    note            `json:",omitempty"`
	Count   int             `json:",omitempty"`
}

// note is what was done, by its key in notes.
type note string

const (
	started     note = "started"
	resumed     note = "resumed"
	passed      note = "passed"
	failed      note = "failed"
	notFinished note = "notFinished"
)

var notes = map[note]locale.Text{
	started:     locale.Of("Checking the package.", "正在检查代码包。"),
	resumed:     locale.Of("Checking the package again after an interruption.", "检查中断后重新开始。"),
	passed:      locale.Of("The package passed the checks. Files: %d.", "代码包已通过检查，共 %d 个文件。"),
	failed:      locale.Of("The package did not pass the checks. Problems: %d.", "代码包未通过检查，共 %d 个问题。"),
	notFinished: locale.Of("The checks could not be completed after %d tries. Upload the package again.", "尝试 %d 次后仍无法完成检查，请重新上传代码包。"),
}

// LogOf reads the log of a task.
func LogOf(row *ent.Task) ([]*TaskLogEntry, error) {
	log := []*TaskLogEntry{}
	if err := json.Unmarshal([]byte(row.Log), &log); err != nil {
		return nil, fmt.Errorf("read the log of task %s: %w", row.ID, err)
	}
	return log, nil
}

// Code is the rule that the line is about, or nil.
func (e *TaskLogEntry) Code() *fault.Code {
	if e.Problem == nil {
		return nil
	}
	return &e.Problem.Code
}

// File is the file that the line is about, or nil.
func (e *TaskLogEntry) File() *string {
	if e.Problem == nil || e.Problem.File == "" {
		return nil
	}
	return &e.Problem.File
}

// Line is the line in the file, or nil.
func (e *TaskLogEntry) Line() *int {
	if e.Problem == nil || e.Problem.Line == 0 {
		return nil
	}
	return &e.Problem.Line
}

// Text is the message in a language.
func (e *TaskLogEntry) Text(tag language.Tag) string {
	if e.Problem != nil {
		return e.Problem.UserError("").Message(tag)
	}
	text := notes[e.Note].In(tag)
	if e.Count == 0 {
		return text
	}
	return fmt.Sprintf(text, e.Count)
}

// appendLog returns the text of a log with further lines.
func appendLog(row *ent.Task, lines ...*TaskLogEntry) (string, error) {
	log, err := LogOf(row)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(append(log, lines...))
	return string(text), err
}
