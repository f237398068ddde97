package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
)

// Mail is a message that is to be sent, written in the transaction of its cause and deleted when the job about it has sent it. Its text and
// its tokens are made when it is sent: no token is in the database.
type Mail struct{ ent.Schema }

// Fields of the Mail.
func (Mail) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable(),
		field.Enum("kind").Values("PASSWORD_RESET", "PASSWORD_CHANGED", "EMAIL_CONFIRMATION", "EMAIL_CHANGED", "INVITATION").Immutable(),
		field.String("to").MaxLen(254).Immutable().Comment("email address, canonical"),
		field.String("about").Default("").Immutable().Comment("the id of what it is about"),
		field.String("language").Immutable().Comment("BCP 47"),
		field.Time("created_at").Immutable(),
	}
}
