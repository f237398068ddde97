// Package migrate has the tables of the schema, for what writes migrations and what checks them; the server does not use it.
package migrate

import (
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql/schema"
	"entgo.io/ent/schema/field"
)

// TablesFor returns the tables of the schema as a database keeps them. PostgreSQL is told to compare text by its bytes,
// as SQLite does unasked, so that both sort alike whatever the locale of the database.
//
// The tables are shared: they are good until the next call.
func TablesFor(name string) []*schema.Table {
	collation := ""
	if name == dialect.Postgres {
		collation = "C"
	}
	for _, table := range Tables {
		for _, column := range table.Columns {
			if column.Type == field.TypeString || column.Type == field.TypeEnum {
				column.Collation = collation
			}
		}
	}
	return Tables
}
