// Command generate writes graph/generated.go from the schema. It is gqlgen's generator with one difference: below the
// roots a request runs in one goroutine. A goroutine for each field and list element costs more than the work it does
// when relations are read for all siblings at once.
package main

import (
	"bytes"
	"fmt"
	"log"
	"os"

	"github.com/99designs/gqlgen/api"
	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/config"
)

const (
	concurrent = "graphql.MarshalSliceConcurrently("
	sequential = "marshalSlice("
)

func main() {
	if err := generate(); err != nil {
		log.Fatal(err)
	}
}

func generate() error {
	cfg, err := config.LoadConfigFromDefaultLocations()
	if err != nil {
		return err
	}
	if err := api.Generate(cfg, api.AddPlugin(oneGoroutine{})); err != nil {
		return err
	}
	return replaceMarshalSlice(cfg.Exec.Filename)
}

// oneGoroutine is a plugin that keeps fields of objects below the roots from starting goroutines.
type oneGoroutine struct{}

// Name names the plugin.
func (oneGoroutine) Name() string { return "oneGoroutine" }

// GenerateCode is called before the code is written.
func (oneGoroutine) GenerateCode(data *codegen.Data) error {
	for _, object := range data.Objects {
		object.DisableConcurrency = object.DisableConcurrency || !object.Root
	}
	return nil
}

// replaceMarshalSlice has list elements written one after the other, for which gqlgen has no setting.
func replaceMarshalSlice(filename string) error {
	code, err := os.ReadFile(filename)
	if err != nil {
		return err
	}
	if !bytes.Contains(code, []byte(concurrent)) {
		return fmt.Errorf("%s has no %s to replace: gqlgen writes lists in another way now", filename, concurrent)
	}
	return os.WriteFile(filename, bytes.ReplaceAll(code, []byte(concurrent), []byte(sequential)), 0o644)
}
