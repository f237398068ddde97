package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// User is somebody with an account.
type User struct{ ent.Schema }

// Fields of the User.
func (User) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable(),
		field.String("email").Unique().MaxLen(254).Comment("canonical: lower case, domain in punycode"),
		field.String("display_name"),
		field.String("password_hash").Sensitive().Comment("argon2id in PHC form"),
		field.Time("email_confirmed_at").Optional().Nillable().Comment("when it was shown that the user reads the mail of the address"),
		field.Enum("staff_role").Values("REVIEWER", "ADMIN").Optional().Nillable(),
		field.Time("staff_added_at").Optional().Nillable().Comment("when the user joined the staff"),
		field.String("staff_added_by").Optional().Nillable().Comment("the id of the administrator who added the user; null for the command line"),
		field.String("locale").Optional().Nillable().Comment("BCP 47: the language of mails"),
		field.Time("signed_in_at").Optional().Nillable().Comment("when a session was begun last"),
		field.Time("created_at").Immutable(),
	}
}

// Indexes of the User.
func (User) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("id").StorageKey("user_staff").Annotations(entsql.IndexWhere("staff_role IS NOT NULL")),
	}
}

// Edges of the User.
func (User) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("memberships", Member.Type).Annotations(entsql.OnDelete(entsql.Restrict)),
		edge.To("sessions", Session.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("mini_programs", MiniProgram.Type).Annotations(entsql.OnDelete(entsql.Restrict)),
		edge.To("versions", Version.Type).Annotations(entsql.OnDelete(entsql.Restrict)),
		edge.To("one_time_tokens", OneTimeToken.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("second_factor", SecondFactor.Type).Unique().Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("recovery_codes", RecoveryCode.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("invited_members", Member.Type).Annotations(entsql.OnDelete(entsql.SetNull)),
		edge.To("invitations", Invitation.Type).Annotations(entsql.OnDelete(entsql.Restrict)),
		edge.To("audit_events", AuditEvent.Type).Annotations(entsql.OnDelete(entsql.Restrict)),
		edge.To("idempotency_keys", IdempotencyKey.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("api_tokens", ApiToken.Type).Annotations(entsql.OnDelete(entsql.Restrict)),
	}
}
