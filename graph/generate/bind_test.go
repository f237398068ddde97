package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	gql "github.com/vektah/gqlparser/v2/ast"
)

func TestATypeIsFoundByItsNameAndKind(t *testing.T) {
	t.Parallel()
	b := &binder{types: map[string]map[string]gql.DefinitionKind{
		"ent/member":           {"Status": gql.Enum},
		"internal/account":     {"SignInInput": gql.Object, "LogoInput": gql.Object},
		"internal/workspace":   {"CreateInput": gql.Object, "Role": gql.Object, "Workspaces": gql.Object},
		"internal/miniprogram": {"CreateInput": gql.Object, "LogoInput": gql.Object},
	}}
	folders := []string{"ent/member", "internal/account", "internal/workspace", "internal/miniprogram"}
	for _, c := range []struct {
		name string
		kind gql.DefinitionKind
		want []string
	}{
		{"SignInInput", gql.InputObject, []string{"minidock/internal/account.SignInInput"}},
		{"CreateWorkspaceInput", gql.InputObject, []string{"minidock/internal/workspace.CreateInput"}},
		{"CreateMiniProgramInput", gql.InputObject, []string{"minidock/internal/miniprogram.CreateInput"}},
		{"MemberStatus", gql.Enum, []string{"minidock/ent/member.Status"}},
		{"WorkspaceRole", gql.Enum, nil}, // which is a struct in Go
		{"Workspace", gql.Object, nil},
		{"SignInPayload", gql.Object, nil},
		{"LogoInput", gql.InputObject, []string{"minidock/internal/account.LogoInput", "minidock/internal/miniprogram.LogoInput"}},
	} {
		got, err := b.findIn(&gql.Definition{Name: c.name, Kind: c.kind}, folders)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s is %q, want %q; %v", c.name, got, c.want, err)
		}
	}
}

func TestWhatAGoTypeCanBeInTheSchema(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	code := "package x\ntype A struct{}\ntype B string\ntype C interface{}\ntype D int\nfunc MarshalE() {}\nfunc (A) MarshalF() {}\n"
	for name, content := range map[string]string{"x.go": code, "x_test.go": "package x\ntype T struct{}\n", "generated.go": "package x\ntype G struct{}\n"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b := &binder{types: map[string]map[string]gql.DefinitionKind{}}
	for name, want := range map[string]gql.DefinitionKind{"A": gql.Object, "B": gql.Enum, "C": gql.Interface, "D": "", "E": gql.Scalar, "F": "", "T": "", "G": ""} {
		for _, kind := range []gql.DefinitionKind{gql.Object, gql.Enum, gql.Interface, gql.Scalar} {
			if got, err := b.has(folder, name, kind); err != nil || got != (kind == want) {
				t.Errorf("%s as %s: %v, %v", name, kind, got, err)
			}
		}
	}
}
