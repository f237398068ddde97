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
	return "", unknown("app id", name)
}

// unseen makes of the refusal of a mini program that is not found one that names it, since nothing else is looked for by name.
func unseen(err error, id string) error {
	if asFailure(err).code == "NOT_FOUND" {
		return unknown("id", id)
	}
	return err
}

// unknown refuses a mini program that the token does not see, which is named in this way.
func unknown(by, name string) error {
	return refused("NOT_FOUND", fmt.Sprintf("The token sees no mini program with the %s %s.", by, name), 0)
}
