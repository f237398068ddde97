package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
)

// Workspace is a merchant's place on the platform.
type Workspace struct{ ent.Schema }

// Fields of the Workspace.
func (Workspace) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable(),
		field.String("name"),
		field.Time("created_at").Immutable(),
		field.Time("deleted_at").Optional().Nillable(),
	}
}

// Edges of the Workspace.
func (Workspace) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("members", Member.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("mini_programs", MiniProgram.Type).Annotations(entsql.OnDelete(entsql.Restrict)),
		edge.To("versions", Version.Type).Annotations(entsql.OnDelete(entsql.Restrict)),
		edge.To("sessions", Session.Type).Annotations(entsql.OnDelete(entsql.SetNull)),
		edge.To("invitations", Invitation.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("audit_events", AuditEvent.Type).Annotations(entsql.OnDelete(entsql.Restrict)),
		edge.To("api_tokens", ApiToken.Type).Annotations(entsql.OnDelete(entsql.Restrict)),
		edge.To("quota_uses", QuotaUse.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}
