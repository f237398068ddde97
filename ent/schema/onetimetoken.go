package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// OneTimeToken is a token that allows one action once. It is deleted when it is used.
type OneTimeToken struct{ ent.Schema }

// Fields of the OneTimeToken.
func (OneTimeToken) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().Sensitive().Comment("hash of the token"),
		field.Enum("purpose").Values("PASSWORD_RESET", "EMAIL_CONFIRMATION", "SIGN_IN").Immutable(),
		field.String("user_id").Immutable(),
		field.String("email").Default("").Immutable().Comment("the address that it was sent to"),
		field.Time("created_at").Immutable(),
		field.Time("expires_at").Immutable(),
	}
}

// Edges of the OneTimeToken.
func (OneTimeToken) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("user", User.Type).Ref("one_time_tokens").Field("user_id").Unique().Required().Immutable(),
	}
}

// Indexes of the OneTimeToken.
func (OneTimeToken) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("user_id", "purpose"),
		index.Fields("expires_at"),
	}
}
