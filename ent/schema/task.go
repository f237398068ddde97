package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
)

// Task is work in the background as clients see it: how far it is, and what it found.
type Task struct{ ent.Schema }

// Fields of the Task.
func (Task) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable(),
		field.String("workspace_id").Immutable().Comment("that of the version, as is the mini program"),
		field.String("mini_program_id").Immutable(),
		field.String("version_id").Immutable(),
		field.Enum("status").Values("QUEUED", "RUNNING", "SUCCEEDED", "FAILED").Default("QUEUED"),
		field.Int("progress").Default(0).Comment("percent"),
		field.Text("log").Default("[]").Comment("JSON: the entries in their order"),
		field.Time("created_at").Immutable(),
		field.Time("started_at").Optional().Nillable(),
		field.Time("finished_at").Optional().Nillable(),
	}
}

// Edges of the Task.
func (Task) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("version", Version.Type).Ref("task").Field("version_id").Unique().Required().Immutable(),
	}
}
