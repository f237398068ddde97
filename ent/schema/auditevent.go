package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// AuditEvent says who changed what. It is written in the transaction of the change, and triggers of the database
// refuse to change or delete it.
type AuditEvent struct{ ent.Schema }

// Fields of the AuditEvent.
func (AuditEvent) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable(),
		field.String("workspace_id").Optional().Nillable().Immutable().Comment("where; nothing for what concerns an account alone"),
		field.String("actor_id").Optional().Nillable().Immutable().Comment("who; nothing for somebody who is signed out"),
		field.String("api_token_id").Optional().Nillable().Immutable().Comment("the token by which the actor did it; nothing for somebody in person"),
		field.String("operation").Immutable().Comment("the name of the mutation"),
		field.String("subject_id").Default("").Immutable().Comment("the id of what was changed"),
		field.Text("changes").Default("[]").Immutable().Comment("JSON: field, before and after of each"),
		field.String("address").Default("").Immutable().Comment("the network address that it was asked from"),
		field.String("request_id").Default("").Immutable(),
		field.Time("created_at").Immutable(),
	}
}

// Edges of the AuditEvent.
func (AuditEvent) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("workspace", Workspace.Type).Ref("audit_events").Field("workspace_id").Unique().Immutable(),
		edge.From("actor", User.Type).Ref("audit_events").Field("actor_id").Unique().Immutable(),
	}
}

// Indexes of the AuditEvent.
func (AuditEvent) Indexes() []ent.Index {
	return []ent.Index{
		// With what may be compared beside, so that it is compared in the index.
		index.Fields("workspace_id", "id", "operation"),
		index.Fields("workspace_id", "actor_id", "id", "operation"),
		index.Fields("workspace_id", "operation", "id"),
		index.Fields("workspace_id", "subject_id", "id", "operation", "actor_id"),
		index.Fields("actor_id"),
	}
}
