package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// QuotaUse counts the mini programs of a workspace for a launch target. Adding one raises it first, on
// the condition that it stays within the limit, so that the limit holds under concurrency.
type QuotaUse struct{ ent.Schema }

// Fields of the QuotaUse.
func (QuotaUse) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable(),
		field.String("workspace_id").Immutable(),
		field.String("launch_target_code").Immutable(),
		field.Int("used").NonNegative().Default(0),
	}
}

// Edges of the QuotaUse.
func (QuotaUse) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("workspace", Workspace.Type).Ref("quota_uses").Field("workspace_id").
			Unique().Required().Immutable(),
	}
}

// Indexes of the QuotaUse.
func (QuotaUse) Indexes() []ent.Index {
	return []ent.Index{index.Fields("workspace_id", "launch_target_code").Unique()}
}
