package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ApiToken lets a machine act in a workspace for the user who created the token. It is kept when it is revoked or has expired, since audit
// events name it.
type ApiToken struct{ ent.Schema }

// Fields of the ApiToken.
func (ApiToken) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable(),
		field.String("workspace_id").Immutable(),
		field.String("created_by_id").Immutable(),
		field.String("name").Immutable(),
		field.String("scopes").Immutable().Comment("separated by spaces"),
		field.Bool("is_limited").Immutable().Comment("to the mini programs of the edge, also when these are deleted"),
		field.String("secret_hash").Unique().Immutable().Sensitive(),
		field.String("last_four").Immutable().Comment("the last characters of the secret"),
		field.Time("created_at").Immutable(),
		field.Time("expires_at").Immutable(),
		field.Time("last_used_at").Optional().Nillable().Comment("recorded now and then, not with every use"),
		field.String("last_used_from").Default("").Comment("the network address that it was last used from"),
		field.Time("revoked_at").Optional().Nillable(),
	}
}

// Edges of the ApiToken.
func (ApiToken) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("workspace", Workspace.Type).Ref("api_tokens").Field("workspace_id").Unique().Required().Immutable(),
		edge.From("created_by", User.Type).Ref("api_tokens").Field("created_by_id").Unique().Required().Immutable(),
		edge.To("mini_programs", MiniProgram.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}

// Indexes of the ApiToken.
func (ApiToken) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("workspace_id", "id"),
		index.Fields("workspace_id", "expires_at").StorageKey("apitoken_not_revoked").Annotations(entsql.IndexWhere("revoked_at IS NULL")),
		index.Fields("created_by_id"),
	}
}
