package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Member is a user's place in a workspace.
type Member struct{ ent.Schema }

// Fields of the Member.
func (Member) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable(),
		field.String("user_id").Immutable(),
		field.String("workspace_id").Immutable(),
		field.Enum("role").Values("OWNER", "MASTER", "DEVELOPER"),
		field.Time("created_at").Immutable(),
	}
}

// Edges of the Member.
func (Member) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("user", User.Type).Ref("memberships").Field("user_id").Unique().Required().Immutable(),
		edge.From("workspace", Workspace.Type).Ref("members").Field("workspace_id").Unique().Required().Immutable(),
		edge.To("mini_programs", MiniProgram.Type).Through("assignments", Assignment.Type),
	}
}

// Indexes of the Member.
func (Member) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("user_id", "workspace_id").Unique(),
		index.Fields("user_id", "id"),
		index.Fields("workspace_id", "id"),
		index.Fields("workspace_id").Unique().StorageKey("member_one_owner").
			Annotations(entsql.IndexWhere("role = 'OWNER'")),
	}
}
