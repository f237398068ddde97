//go:build ignore

// Writes the Ent client from ent/schema.
package main

import (
	"log"

	"entgo.io/ent/entc"
	"entgo.io/ent/entc/gen"
)

func main() {
	storage, err := gen.NewStorage("sql")
	if err != nil {
		log.Fatal(err)
	}
	// The client does not migrate, so that the server is not linked with Atlas' parsers and planners of schemas.
	storage.SchemaMode &^= gen.Migrate
	err = entc.Generate("./ent/schema", &gen.Config{
		Target:   "./ent",
		Package:  "minidock/ent",
		Storage:  storage,
		Features: []gen.Feature{gen.FeatureUpsert, gen.FeatureModifier},
	}, entc.TemplateDir("./ent/template"))
	if err != nil {
		log.Fatal(err)
	}
}
