package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// KnownAddress is a network address from which the owner of an account has signed in. Failures from elsewhere do not count there.
type KnownAddress struct{ ent.Schema }

// Fields of the KnownAddress.
func (KnownAddress) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().Comment("hash of the account's email address and the network address"),
		field.Time("last_used_at"),
	}
}

// Indexes of the KnownAddress.
func (KnownAddress) Indexes() []ent.Index { return []ent.Index{index.Fields("last_used_at")} }
