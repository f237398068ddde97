package graph

import (
	"context"
	"slices"

	"minidock/ent/auditevent"
	"minidock/ent/member"
	"minidock/ent/miniprogram"
	"minidock/ent/user"
	"minidock/ent/version"
	"minidock/internal/store"
)

// table says from which columns of its row each field of a type is made. Of a type without one all columns are read, and so they are when
// a field is selected that is not listed.
type table struct {
	name string
	// all are the columns in their order, always are those that are read for whatever field, since access depends on them.
	all, always []string
	fields      map[string][]string
}

// tables are those whose rows are long, or many in an answer.
var tables = map[string]table{
	"MiniProgram": {miniprogram.Table, miniprogram.Columns, []string{miniprogram.FieldID, miniprogram.FieldWorkspaceID}, map[string][]string{
		"appId": {miniprogram.FieldAppID}, "name": {miniprogram.FieldName}, "tagline": {miniprogram.FieldTagline},
		"description": {miniprogram.FieldDescription}, "language": {miniprogram.FieldLanguage}, "status": {miniprogram.FieldStatus},
		"industry": {miniprogram.FieldIndustryCode}, "servicePhone": {miniprogram.FieldServicePhone}, "serviceEmail": {miniprogram.FieldServiceEmail},
		"logo":      {miniprogram.FieldLogoName, miniprogram.FieldLogoWidth, miniprogram.FieldLogoHeight, miniprogram.FieldLogoContentType},
		"createdBy": {miniprogram.FieldCreatedByID}, "createdAt": {miniprogram.FieldCreatedAt}, "updatedAt": {miniprogram.FieldUpdatedAt},
		"id": nil, "workspace": nil, "launchTargets": nil, "developers": nil, "viewerCan": nil, "versions": nil, "latestVersion": nil, "versionQuota": nil,
	}},
	"Version": {version.Table, version.Columns, []string{version.FieldID, version.FieldMiniProgramID, version.FieldWorkspaceID, version.FieldStatus}, map[string][]string{
		"number": {version.FieldNumber}, "size": {version.FieldSize}, "unpackedSize": {version.FieldUnpackedSize}, "fileCount": {version.FieldFileCount},
		"sha256": {version.FieldSha256}, "entryPage": {version.FieldEntryPage}, "minimumHostVersion": {version.FieldMinimumHostVersion},
		"appJson": {version.FieldDetailsSize}, "notes": {version.FieldNotes}, "uploadedBy": {version.FieldUploadedByID}, "uploadedWith": {version.FieldUploadedWithID}, "createdAt": {version.FieldCreatedAt},
		"pages": {version.FieldDetailsSize}, "parts": {version.FieldDetailsSize}, "largestFiles": {version.FieldDetailsSize}, "tabBar": {version.FieldDetailsSize},
		"plugins": {version.FieldDetailsSize}, "permissions": {version.FieldDetailsSize}, "warnings": {version.FieldDetailsSize},
		"downloadUrl": {version.FieldSha256, version.FieldNumber},
		"id":          nil, "miniProgram": nil, "status": nil, "task": nil, "viewerCan": nil,
	}},
	"Member": {member.Table, member.Columns, []string{member.FieldID, member.FieldUserID, member.FieldWorkspaceID, member.FieldRole, member.FieldStatus}, map[string][]string{
		"invitedBy": {member.FieldInvitedByID}, "joinedAt": {member.FieldJoinedAt}, "lastActiveAt": {member.FieldLastActiveAt},
		"id": nil, "user": nil, "workspace": nil, "role": nil, "status": nil, "miniPrograms": nil, "viewerCan": nil,
	}},
	"AuditEvent": {auditevent.Table, auditevent.Columns, []string{auditevent.FieldID, auditevent.FieldWorkspaceID, auditevent.FieldActorID, auditevent.FieldAPITokenID, auditevent.FieldSubjectID},
		map[string][]string{
			"operation": {auditevent.FieldOperation}, "changes": {auditevent.FieldChanges}, "address": {auditevent.FieldAddress},
			"requestId": {auditevent.FieldRequestID}, "createdAt": {auditevent.FieldCreatedAt},
			"id": nil, "actor": nil, "apiToken": nil, "subject": nil, "subjectId": nil,
		}},
	"User": {user.Table, user.Columns, []string{user.FieldID}, map[string][]string{
		"email": {user.FieldEmail}, "displayName": {user.FieldDisplayName}, "createdAt": {user.FieldCreatedAt}, "id": nil,
	}},
}

// Shown returns the function that has the reads of a query read the columns only from which the selected fields are made.
func Shown(selected map[string][]string) func(context.Context) context.Context {
	columns := &store.Columns{Of: map[string][]string{}}
	for typeName, fields := range selected {
		columns.Cursors = columns.Cursors || slices.Contains(fields, "cursor") || typeName == "PageInfo"
		if of, ok := tables[typeName]; ok {
			columns.Of[of.name] = of.columns(fields)
		}
	}
	return func(ctx context.Context) context.Context { return store.WithColumns(ctx, columns) }
}

// columns returns what these fields are made from, in the order of the table, so that the same fields give the same statement; nil for all.
func (t table) columns(fields []string) []string {
	wanted := slices.Clone(t.always)
	for _, field := range fields {
		of, ok := t.fields[field]
		if !ok && field != "__typename" {
			return nil
		}
		wanted = append(wanted, of...)
	}
	return slices.DeleteFunc(slices.Clone(t.all), func(column string) bool { return !slices.Contains(wanted, column) })
}
