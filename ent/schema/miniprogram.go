package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// MiniProgram is a small app that runs inside a super app.
type MiniProgram struct{ ent.Schema }

// Fields of the MiniProgram.
func (MiniProgram) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable(),
		field.String("app_id").Unique().Immutable().MinLen(16).MaxLen(16),
		field.String("workspace_id").Immutable(),
		field.String("name"),
		field.String("name_key").Comment("the name folded, as names are compared"),
		field.String("tagline"),
		field.String("description"),
		field.String("language").Comment("BCP 47"),
		field.Enum("status").Values("CREATED", "NEW_VERSION_CREATED", "RELEASED", "ARCHIVED").Default("CREATED"),
		field.String("industry_code").MaxLen(4),
		field.String("service_phone"),
		field.String("service_email"),
		field.String("logo_name").Comment("the name of the picture among the blobs"),
		field.Int("logo_width").Positive(),
		field.Int("logo_height").Positive(),
		field.String("logo_content_type"),
		field.Int64("highest_version").Optional().Nillable().Comment("the key of the highest number that a version ever had"),
		field.String("created_by_id").Immutable(),
		field.Time("created_at").Immutable(),
		field.Time("updated_at"),
	}
}

// Edges of the MiniProgram.
func (MiniProgram) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("workspace", Workspace.Type).Ref("mini_programs").Field("workspace_id").
			Unique().Required().Immutable(),
		edge.From("created_by", User.Type).Ref("mini_programs").Field("created_by_id").
			Unique().Required().Immutable(),
		edge.To("targetings", Targeting.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("versions", Version.Type).Annotations(entsql.OnDelete(entsql.Restrict)),
		edge.From("members", Member.Type).Ref("mini_programs").Through("assignments", Assignment.Type),
		edge.From("invitations", Invitation.Type).Ref("mini_programs"),
		edge.From("api_tokens", ApiToken.Type).Ref("mini_programs"),
	}
}

// Indexes of the MiniProgram.
func (MiniProgram) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("workspace_id", "name_key").Unique(),
		// With what is compared along the order: the status, and the name by searches, whatever their order.
		index.Fields("workspace_id", "created_at", "id", "status", "name_key", "updated_at").StorageKey("miniprogram_by_creation"),
		index.Fields("workspace_id", "updated_at", "id", "status"),
		index.Fields("workspace_id", "name_key", "id", "status"),
		index.Fields("created_by_id", "workspace_id"),
		index.Fields("logo_name"),
	}
}
