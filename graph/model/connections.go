// Code generated from the schema. DO NOT EDIT.

package model

import (
	"minidock/ent"
	"minidock/internal/account"
	"minidock/internal/industry"
	"minidock/internal/version"
)

// The connections and edges of the schema.
type (
	ApiTokenConnection    = Connection[*ent.ApiToken]
	ApiTokenEdge          = Edge[*ent.ApiToken]
	AuditEventConnection  = Connection[*ent.AuditEvent]
	AuditEventEdge        = Edge[*ent.AuditEvent]
	FileChangeConnection  = Connection[*version.FileChange]
	FileChangeEdge        = Edge[*version.FileChange]
	IndustryConnection    = Connection[*industry.Industry]
	IndustryEdge          = Edge[*industry.Industry]
	InvitationConnection  = Connection[*ent.Invitation]
	InvitationEdge        = Edge[*ent.Invitation]
	MemberConnection      = Connection[*ent.Member]
	MemberEdge            = Edge[*ent.Member]
	MiniProgramConnection = Connection[*ent.MiniProgram]
	MiniProgramEdge       = Edge[*ent.MiniProgram]
	SessionConnection     = Connection[*ent.Session]
	SessionEdge           = Edge[*ent.Session]
	StaffMemberConnection = Connection[*account.StaffMember]
	StaffMemberEdge       = Edge[*account.StaffMember]
	VersionConnection     = Connection[*ent.Version]
	VersionEdge           = Edge[*ent.Version]
)
