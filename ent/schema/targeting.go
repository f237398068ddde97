package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Targeting says that a mini program is made for a launch target.
type Targeting struct{ ent.Schema }

// Fields of the Targeting.
func (Targeting) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable(),
		field.String("mini_program_id").Immutable(),
		field.String("launch_target_code").Immutable(),
	}
}

// Edges of the Targeting.
func (Targeting) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("mini_program", MiniProgram.Type).Ref("targetings").Field("mini_program_id").
			Unique().Required().Immutable(),
	}
}

// Indexes of the Targeting.
func (Targeting) Indexes() []ent.Index {
	return []ent.Index{index.Fields("mini_program_id", "launch_target_code").Unique()}
}
