package apitest

import "testing"

// NodesQuery reads nodes of all types by their ids.
const NodesQuery = `query($ids: [ID!]!) {
	nodes(ids: $ids) {
		__typename id
		... on User { email displayName }
		... on Workspace { name viewerRole members(first: 1) { nodes { role } } }
		... on Member { role user { email } workspace { name } }
		... on MiniProgram { name appId createdBy { email } workspace { name } }
		... on Industry { code } ... on LaunchTarget { code }
	}
}`

// VisibleNodes returns which of the ids are nodes for the person, after making sure that node gives the same as nodes.
func (p *Person) VisibleNodes(t *testing.T, ids []string) []string {
	t.Helper()
	answer := p.Do(t, NodesQuery, Vars{"ids": ids})
	if len(answer.Errors) != 0 {
		t.Errorf("errors: %s", answer.Body)
	}
	var visible []string
	for i, node := range answer.List(t, "nodes") {
		alone := p.Do(t, `query($id: ID!) { node(id: $id) { id } }`, Vars{"id": ids[i]})
		if (alone.Get("node") != nil) != (node != nil) || len(alone.Errors) != 0 {
			t.Errorf("node and nodes differ about %s: %s", ids[i], alone.Body)
		}
		if node == nil {
			continue
		}
		if got := node.(map[string]any)["id"]; got != ids[i] {
			t.Errorf("%v is in the position of %s", got, ids[i])
		}
		visible = append(visible, ids[i])
	}
	return visible
}
