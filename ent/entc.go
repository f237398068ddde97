//go:build ignore

// Writes the Ent client from ent/schema.
package main

import (
	"log"

	"entgo.io/ent/entc"
	"entgo.io/ent/entc/gen"
)

func main() {
	err := entc.Generate("./ent/schema", &gen.Config{
		Target:   "./ent",
		Package:  "minidock/ent",
		Features: []gen.Feature{gen.FeatureVersionedMigration, gen.FeatureUpsert, gen.FeatureModifier},
	}, entc.TemplateDir("./ent/template"))
	if err != nil {
		log.Fatal(err)
	}
}
