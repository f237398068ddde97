package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/codegen/config"
	gql "github.com/vektah/gqlparser/v2/ast"
)

const (
	module = "minidock"
	models = "graph/model"
	// connections is the file of the connections and edges.
	connections = models + "/connections.go"
)

// unbound are the packages under internal/ whose types are not the contract's: tests' own, and errors before they are translated.
var unbound = []string{"apitest", "fault"}

// written are the files that this program writes.
var written = []string{"generated.go", path.Base(connections)}

// bind binds the types of the schema that gqlgen.yml does not list, by these rules, of which the first that fits holds:
//
//  1. XConnection and XEdge are those of graph/model for the Go type of X.
//  2. X is the type X of graph/model.
//  3. X is the row ent.X, and the enum XY the type Y of ent/x.
//  4. X is the type of that name in one of the packages under internal/, or there the type whose name is X without the package's:
//     CreateWorkspaceInput is workspace.CreateInput.
//
// Objects and inputs are structs in Go, enums are strings, and a scalar X is a function MarshalX. Whatever is left, payloads above all,
// gqlgen generates; and it asks for a resolver where a field has other arguments or another type than in Go. It is an error when two Go
// types fit, and when gqlgen.yml lists what follows the rules.
func bind(cfg *config.Config) error {
	if err := cfg.LoadSchema(); err != nil {
		return err
	}
	b := &binder{cfg: cfg, types: map[string]map[string]gql.DefinitionKind{}}
	folders, err := filepath.Glob("internal/*")
	if err != nil {
		return err
	}
	b.areas = slices.DeleteFunc(folders, func(folder string) bool { return slices.Contains(unbound, path.Base(folder)) })
	for name := range cfg.Models {
		if cfg.Schema.Types[name] == nil {
			return fmt.Errorf("gqlgen.yml lists %s, which the schema does not have", name)
		}
	}
	var names, lists []string
	for name, definition := range cfg.Schema.Types {
		switch {
		case definition.BuiltIn || isRoot(cfg.Schema, definition):
		case strings.HasSuffix(name, "Connection"):
			lists = append(lists, strings.TrimSuffix(name, "Connection"))
		case !strings.HasSuffix(name, "Edge"):
			names = append(names, name)
		}
	}
	slices.Sort(names)
	slices.Sort(lists)
	for _, name := range names {
		if err := b.bindType(cfg.Schema.Types[name]); err != nil {
			return err
		}
	}
	return b.bindConnections(lists)
}

func isRoot(schema *gql.Schema, definition *gql.Definition) bool {
	return definition == schema.Query || definition == schema.Mutation || definition == schema.Subscription
}

type binder struct {
	cfg *config.Config
	// areas are the folders of the packages under internal/.
	areas []string
	// types are the types by their names in each folder that was looked into, and what they can be in the schema.
	types map[string]map[string]gql.DefinitionKind
}

func (b *binder) bindType(definition *gql.Definition) error {
	name, listed := definition.Name, b.cfg.Models[definition.Name].Model
	found, err := b.find(definition)
	switch {
	case err != nil:
		return err
	case len(listed) > 0 && slices.Equal(listed, found):
		return fmt.Errorf("gqlgen.yml lists %s, which is %s by its name", name, found[0])
	case len(listed) > 0 || len(found) == 0:
		return nil
	case len(found) > 1:
		return fmt.Errorf("%s could be any of %q: list it in gqlgen.yml", name, found)
	}
	b.set(name, found[0])
	return nil
}

func (b *binder) set(name, goType string) {
	entry := b.cfg.Models[name]
	entry.Model = config.StringList{goType}
	b.cfg.Models[name] = entry
}

// find returns the Go types that a type of the schema can be bound to.
func (b *binder) find(definition *gql.Definition) ([]string, error) {
	name := definition.Name
	if ok, err := b.has(models, name, definition.Kind); err != nil || ok {
		return []string{goType(models, name)}, err
	}
	if definition.Kind == gql.Object {
		if _, err := os.Stat("ent/schema/" + strings.ToLower(name) + ".go"); err == nil {
			return []string{goType("ent", name)}, nil
		}
	}
	if definition.Kind == gql.Enum {
		if found, err := b.findIn(definition, rows()); err != nil || len(found) > 0 {
			return found, err
		}
	}
	return b.findIn(definition, b.areas)
}

// rows returns the folders of Ent's packages of each table.
func rows() []string {
	schemas, _ := filepath.Glob("ent/schema/*.go") // the pattern is valid
	folders := make([]string, len(schemas))
	for i, schema := range schemas {
		folders[i] = "ent/" + strings.TrimSuffix(filepath.Base(schema), ".go")
	}
	return folders
}

// findIn returns the types in these folders that have the name, or the name without the folder's.
func (b *binder) findIn(definition *gql.Definition, folders []string) ([]string, error) {
	name := definition.Name
	var found []string
	for _, folder := range folders {
		candidates := []string{name}
		if at := strings.Index(strings.ToLower(name), path.Base(folder)); at >= 0 {
			candidates = append(candidates, name[:at]+name[at+len(path.Base(folder)):])
		}
		for _, candidate := range candidates {
			if ok, err := b.has(folder, candidate, definition.Kind); err != nil {
				return nil, err
			} else if ok {
				found = append(found, goType(folder, candidate))
			}
		}
	}
	return found, nil
}

// has says whether a file in the folder that is not written here declares a type of this name and kind.
func (b *binder) has(folder, name string, kind gql.DefinitionKind) (bool, error) {
	if b.types[folder] == nil {
		types := map[string]gql.DefinitionKind{}
		files, err := filepath.Glob(folder + "/*.go")
		if err != nil {
			return false, err
		}
		for _, file := range files {
			if !strings.HasSuffix(file, "_test.go") && !slices.Contains(written, path.Base(file)) {
				if err := addTypes(types, file); err != nil {
					return false, err
				}
			}
		}
		b.types[folder] = types
	}
	if kind == gql.InputObject {
		kind = gql.Object // in Go they are the same
	}
	return b.types[folder][name] == kind, nil
}

// addTypes adds the types of a file, and the scalars that it has functions for.
func addTypes(types map[string]gql.DefinitionKind, filename string) error {
	file, err := parser.ParseFile(token.NewFileSet(), filename, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	for _, declaration := range file.Decls {
		switch d := declaration.(type) {
		case *ast.FuncDecl:
			if scalar, ok := strings.CutPrefix(d.Name.Name, "Marshal"); ok && d.Recv == nil {
				types[scalar] = gql.Scalar
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if spec, ok := spec.(*ast.TypeSpec); ok {
					types[spec.Name.Name] = kindOf(spec.Type)
				}
			}
		}
	}
	return nil
}

// kindOf returns what a Go type can be in the schema.
func kindOf(expression ast.Expr) gql.DefinitionKind {
	switch t := expression.(type) {
	case *ast.StructType:
		return gql.Object
	case *ast.InterfaceType:
		return gql.Interface
	case *ast.Ident:
		if t.Name == "string" {
			return gql.Enum
		}
	}
	return ""
}

func goType(folder, name string) string { return module + "/" + folder + "." + name }

// bindConnections writes the connections and edges of these types, and binds the schema's to them.
func (b *binder) bindConnections(nodes []string) error {
	var imports, types bytes.Buffer
	for _, node := range nodes {
		if len(b.cfg.Models[node].Model) != 1 {
			return fmt.Errorf("%sConnection: %s is bound to no Go type", node, node)
		}
		folder, name, _ := strings.Cut(path.Base(b.cfg.Models[node].Model[0]), ".")
		imported := fmt.Sprintf("\t%q\n", path.Dir(b.cfg.Models[node].Model[0])+"/"+folder)
		if !bytes.Contains(imports.Bytes(), []byte(imported)) {
			imports.WriteString(imported)
		}
		for _, list := range []string{"Connection", "Edge"} {
			fmt.Fprintf(&types, "\t%s%s = %s[*%s.%s]\n", node, list, list, folder, name)
			b.set(node+list, goType(models, node+list))
		}
	}
	code, err := format.Source(fmt.Appendf(nil, "// Code generated from the schema. DO NOT EDIT.\n\npackage model\n\nimport (\n%s)\n\n"+
		"// The connections and edges of the schema.\ntype (\n%s)\n", &imports, &types))
	if err != nil {
		return err
	}
	return os.WriteFile(connections, code, 0o644)
}
