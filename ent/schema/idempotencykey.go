package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// IdempotencyKey holds the result of a request, so that the same request gives it again.
type IdempotencyKey struct{ ent.Schema }

// Fields of the IdempotencyKey.
func (IdempotencyKey) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable(),
		field.String("user_id").Immutable(),
		field.String("api_token_id").Default("").Immutable().Comment("the token that the key belongs to; nothing for the user in person"),
		field.String("mutation").Immutable(),
		field.String("key").Immutable(),
		field.Bytes("fingerprint").Immutable().Comment("hash of the input"),
		field.String("result_id").Immutable(),
		field.Time("created_at").Immutable(),
	}
}

// Edges of the IdempotencyKey.
func (IdempotencyKey) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("user", User.Type).Ref("idempotency_keys").Field("user_id").Unique().Required().Immutable(),
	}
}

// Indexes of the IdempotencyKey.
func (IdempotencyKey) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("user_id", "api_token_id", "mutation", "key").Unique(),
		index.Fields("user_id", "created_at"),
	}
}
