package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Session is one sign-in of a user.
type Session struct{ ent.Schema }

// Fields of the Session.
func (Session) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().Sensitive().Comment("hash of the token in the cookie"),
		field.String("user_id").Immutable(),
		field.String("workspace_id").Optional().Nillable().Comment("the current workspace"),
		field.String("address").Default("").Comment("the network address that it was last used from"),
		field.String("client").Default("").Comment("what the client calls itself"),
		field.Time("created_at").Immutable(),
		field.Time("last_used_at").Comment("recorded now and then, not with every use"),
		field.Time("expires_at"),
	}
}

// Edges of the Session.
func (Session) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("user", User.Type).Ref("sessions").Field("user_id").Unique().Required().Immutable(),
		edge.From("workspace", Workspace.Type).Ref("sessions").Field("workspace_id").Unique(),
	}
}

// Indexes of the Session.
func (Session) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("expires_at"),
		index.Fields("user_id"),
		index.Fields("workspace_id"),
	}
}
