package graph

import "github.com/vektah/gqlparser/v2/ast"

// IsClosed says of a field that somebody who is signed out is refused it, or that it is null then.
func IsClosed(field *ast.FieldDefinition) bool {
	guards := field.Directives
	return guards.ForName("authenticated") != nil || guards.ForName("hasRole") != nil || guards.ForName("staff") != nil || field.Type.Name() == "Viewer" ||
		field.Type.Name() == "ApiToken"
}
