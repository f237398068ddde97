package model

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"minidock/internal/access"
)

// Permission is what a viewer may do: an operation of the access matrix, in the schema's words.
type Permission string

// viewed are the operations that are named by what they show.
var viewed = map[access.Operation]bool{
	access.ViewWorkspace: true, access.ViewMembership: true, access.ViewWorkspaceChanged: true, access.ViewMiniProgram: true, access.ViewVersion: true, access.ViewTaskUpdated: true, access.ViewInvitations: true, access.ViewAuditEvents: true, access.ViewAPITokens: true,
}

// PermissionOf returns the permission to do an operation: createMiniProgram is CREATE_MINI_PROGRAM, the field workspace is
// VIEW_WORKSPACE.
func PermissionOf(operation access.Operation) Permission {
	var name strings.Builder
	if viewed[operation] {
		name.WriteString("VIEW_")
	}
	name.WriteString(enumValue(string(operation)))
	return Permission(name.String())
}

// enumValue writes a name of the schema as a value of an enum: createMiniProgram is CREATE_MINI_PROGRAM.
func enumValue(name string) string {
	var value strings.Builder
	for _, letter := range name {
		if unicode.IsUpper(letter) {
			value.WriteByte('_')
		}
		value.WriteRune(unicode.ToUpper(letter))
	}
	return value.String()
}

// MarshalGQL writes the permission.
func (p Permission) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(p))) }

// UnmarshalGQL fails: no argument is a permission.
func (p *Permission) UnmarshalGQL(any) error { return fmt.Errorf("a Permission is not taken") }
