package remote

import (
	"context"
	"fmt"
	"regexp"
)

var appID = regexp.MustCompile(`^[1-9][0-9]{15}$`)

// find returns the id of a mini program that is named by its id or its app id.
func (c *client) find(ctx context.Context, name string) (string, error) {
	if !appID.MatchString(name) {
		return name, nil
	}
	var data struct {
		APIToken *struct {
			Workspace struct {
				MiniPrograms struct{ Nodes []struct{ ID, AppID string } }
			}
		}
	}
	if err := c.call(ctx, request{Query: findDocument, Variables: map[string]any{"search": name}}, &data); err != nil {
		return "", err
	}
	if data.APIToken != nil {
		for _, one := range data.APIToken.Workspace.MiniPrograms.Nodes {
			if one.AppID == name {
				return one.ID, nil
			}
		}
	}
	return "", refused("NOT_FOUND", fmt.Sprintf("The token sees no mini program with the app id %s.", name), 0)
}
