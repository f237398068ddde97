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
		field.Enum("status").Values("ACTIVE", "BLOCKED", "REMOVED").Default("ACTIVE"),
		field.String("invited_by_id").Optional().Nillable(),
		field.Time("created_at").Immutable(),
		field.Time("joined_at").Comment("when the place was taken last"),
		field.Time("last_active_at").Optional().Nillable().Comment("when something was changed here last"),
	}
}

// Edges of the Member.
func (Member) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("user", User.Type).Ref("memberships").Field("user_id").Unique().Required().Immutable(),
		edge.From("workspace", Workspace.Type).Ref("members").Field("workspace_id").Unique().Required().Immutable(),
		edge.From("invited_by", User.Type).Ref("invited_members").Field("invited_by_id").Unique(),
		edge.To("mini_programs", MiniProgram.Type).Through("assignments", Assignment.Type),
	}
}

// Indexes of the Member.
func (Member) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("user_id", "workspace_id").Unique(),
		index.Fields("user_id", "id"),
		// With what is compared along the order, and the user, whose name searches compare.
		index.Fields("workspace_id", "id", "status", "role", "user_id"),
		index.Fields("invited_by_id"),
		index.Fields("workspace_id").Unique().StorageKey("member_one_owner").
			Annotations(entsql.IndexWhere("role = 'OWNER'")),
	}
}
