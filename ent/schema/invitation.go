package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Invitation invites somebody to a workspace by mail. One that is INVITED and past expires_at has expired.
type Invitation struct{ ent.Schema }

// Fields of the Invitation.
func (Invitation) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable(),
		field.String("workspace_id").Immutable(),
		field.String("email").MaxLen(254).Immutable().Comment("canonical"),
		field.String("name").Immutable(),
		field.Enum("role").Values("MASTER", "DEVELOPER").Immutable(),
		field.Enum("status").Values("INVITED", "ACCEPTED", "EXPIRED", "WITHDRAWN").Default("INVITED"),
		field.String("token_hash").Optional().Nillable().Unique().Sensitive().Comment("made when the mail is sent"),
		field.String("invited_by_id").Immutable(),
		field.Time("created_at").Immutable(),
		field.Time("expires_at"),
	}
}

// Edges of the Invitation.
func (Invitation) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("workspace", Workspace.Type).Ref("invitations").Field("workspace_id").Unique().Required().Immutable(),
		edge.From("invited_by", User.Type).Ref("invitations").Field("invited_by_id").Unique().Required().Immutable(),
		edge.To("mini_programs", MiniProgram.Type),
	}
}

// Indexes of the Invitation.
func (Invitation) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("workspace_id", "id", "status", "expires_at"),
		index.Fields("workspace_id", "email").Unique().StorageKey("invitation_one_open").
			Annotations(entsql.IndexWhere("status = 'INVITED'")),
		index.Fields("invited_by_id"),
	}
}
