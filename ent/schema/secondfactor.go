package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
)

// SecondFactor is the secret of a user's authenticator app. It is active once a code of the app was confirmed.
type SecondFactor struct{ ent.Schema }

// Fields of the SecondFactor.
func (SecondFactor) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable(),
		field.String("user_id").Unique().Immutable(),
		field.String("secret").Sensitive().Comment("in base 32, sealed with a key that is outside the database"),
		field.Int64("last_step").Default(0).Comment("the time step of the last code that was taken: neither it nor an earlier one is taken again"),
		field.Time("created_at"),
		field.Time("confirmed_at").Optional().Nillable(),
	}
}

// Edges of the SecondFactor.
func (SecondFactor) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("user", User.Type).Ref("second_factor").Field("user_id").Unique().Required().Immutable(),
	}
}
