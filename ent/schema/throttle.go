package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Throttle counts how often something was tried, by an account or from an address.
type Throttle struct{ ent.Schema }

// Fields of the Throttle.
func (Throttle) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().Comment("hash of what is counted and for whom"),
		field.Int("tries").Positive(),
		field.Time("since").Comment("when the counting began"),
		field.Time("closed_until").Optional().Nillable().Comment("no further try before"),
		field.Time("forgotten_at").Comment("when the row counts for nothing any more"),
	}
}

// Indexes of the Throttle.
func (Throttle) Indexes() []ent.Index { return []ent.Index{index.Fields("forgotten_at")} }
