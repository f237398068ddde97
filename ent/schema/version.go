package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Version is a build of a mini program: a package, and what the checks found in it.
type Version struct{ ent.Schema }

// Fields of the Version.
func (Version) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable(),
		field.String("mini_program_id").Immutable(),
		field.String("workspace_id").Immutable().Comment("that of the mini program"),
		field.String("number").Immutable().Comment("major.minor.patch"),
		field.Int64("number_key").Immutable().Comment("the number as one that sorts: a million for each part"),
		field.Enum("status").Values("CHECKING", "READY", "FAILED").Default("CHECKING"),
		field.String("notes").Optional().Nillable().Immutable(),
		field.String("minimum_host_version").Optional().Nillable().Immutable(),
		field.String("sha256").Immutable().MinLen(64).MaxLen(64).Comment("of the package, in hex; its name among the blobs"),
		field.Int("size").Immutable().Comment("of the package, in bytes"),
		field.Int("unpacked_size").Optional().Nillable(),
		field.Int("file_count").Optional().Nillable(),
		field.String("entry_page").Optional().Nillable(),
		field.Text("app_json").Optional().Nillable(),
		field.Text("contents").Optional().Nillable().Comment("JSON: what else the checks found in the package"),
		field.Int("details_size").Default(0).Comment("the bytes of app_json and contents, which are read only where they are asked for"),
		field.String("files_name").Optional().Nillable().Comment("the name of the list of its files among the blobs"),
		field.String("uploaded_by_id").Immutable(),
		field.String("uploaded_with_id").Optional().Nillable().Immutable().Comment("the token by which the user did it; nothing for somebody in person"),
		field.Time("created_at").Immutable(),
	}
}

// Edges of the Version.
func (Version) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("mini_program", MiniProgram.Type).Ref("versions").Field("mini_program_id").Unique().Required().Immutable(),
		edge.From("workspace", Workspace.Type).Ref("versions").Field("workspace_id").Unique().Required().Immutable(),
		edge.From("uploaded_by", User.Type).Ref("versions").Field("uploaded_by_id").Unique().Required().Immutable(),
		edge.To("task", Task.Type).Unique().Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}

// Indexes of the Version.
func (Version) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("mini_program_id", "number_key").Unique(),
		index.Fields("mini_program_id", "status", "number_key"),
		index.Fields("sha256"),
		index.Fields("files_name"),
	}
}
