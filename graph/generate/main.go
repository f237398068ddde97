// Command generate writes graph/generated.go and graph/model/generated.go from the schema. It is gqlgen's generator with six
// additions:
//
//   - Types of the schema are bound to Go types by their names (bind.go), so that gqlgen.yml lists exceptions only.
//   - A request runs in one goroutine, and so takes one connection to the database at a time: a goroutine for each field and list element
//     costs more than the work it does when relations are read for all siblings at once.
//   - Plain scalar fields are written inline (inline.go).
//   - Objects are written without what @defer would need, and answers through buffers that are used again (objects.go).
//   - Arguments, and which fields are selected, are read once in an operation, and fields on which no directive runs are resolved without
//     what interceptors of fields would need (resolve.go).
//   - The input of an update tells absent from null (update.go).
package main

import (
	"fmt"
	"go/format"
	"io"
	"log"
	"os"

	"github.com/99designs/gqlgen/api"
	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/config"
)

func main() {
	log.SetOutput(io.Discard) // gqlgen logs each field for which it finds no Go field, though its resolver is written by hand
	if err := generate(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func generate() error {
	cfg, err := config.LoadConfigFromDefaultLocations()
	if err != nil {
		return err
	}
	if err := bind(cfg); err != nil {
		return err
	}
	fields := &scalarFields{}
	if err := api.Generate(cfg, api.AddPlugin(oneGoroutine{}), api.AddPlugin(updateInputs{}), api.AddPlugin(fields)); err != nil {
		return err
	}
	return rewrite(cfg.Exec.Filename, marshalInOrder, updateInputs{}.makePointers, fields.inline, plainObjects, marshalOnce, readOnce, format.Source)
}

// oneGoroutine is a plugin that keeps fields from starting goroutines.
type oneGoroutine struct{}

// Name names the plugin.
func (oneGoroutine) Name() string { return "oneGoroutine" }

// GenerateCode is called before the code is written.
func (oneGoroutine) GenerateCode(data *codegen.Data) error {
	for _, object := range data.Objects {
		object.DisableConcurrency = true
	}
	return nil
}
