package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Job is work in the background, written in the transaction of its cause and deleted in that of its result.
type Job struct{ ent.Schema }

// Fields of the Job.
func (Job) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable(),
		field.String("kind").Immutable(),
		field.String("about").Default("").Immutable().Comment("the id of what it is about"),
		field.Time("due_at"),
		field.Int("tries").Default(0).Comment("tries that have begun"),
		field.String("last_error").Default("").Comment("of the try before; nothing secret"),
		field.String("owner").Default("").Comment("the try that works on it, unique among all tries of all processes"),
		field.Time("leased_until").Optional().Nillable().Comment("when others may take it from its owner, by the database's clock"),
		field.Time("created_at").Immutable(),
	}
}

// Indexes of the Job.
func (Job) Indexes() []ent.Index { return []ent.Index{index.Fields("kind", "due_at", "id")} }
