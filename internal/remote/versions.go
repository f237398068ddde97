package remote

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"
)

// listed is a version in the list.
type listed struct {
	version
	Size         int64     `json:"size"`
	CreatedAt    time.Time `json:"createdAt"`
	UploadedBy   *string   `json:"uploadedBy"`
	UploadedWith *string   `json:"uploadedWith"`
}

// Versions writes the versions of the mini program to Stdout, the highest number first: a line for each, or one JSON object. Its
// errors are those of Upload.
func Versions(ctx context.Context, s Server) error {
	progress := &progress{to: s.Stderr, isTerminal: s.IsTerminal}
	c, err := s.client(progress)
	if err != nil {
		return err
	}
	all, err := c.versions(ctx, s.MiniProgram)
	switch {
	case err != nil && asFailure(err).exit == exitRefused:
		fmt.Fprintln(s.Stderr, inALine(err.Error()))
		return ErrRefused
	case err != nil:
		return err
	case s.JSON:
		return writeJSON(s, map[string]any{"versions": all})
	}
	return s.writeTable(all)
}

// versions reads all pages of the list.
func (c *client) versions(ctx context.Context, miniProgram string) ([]listed, error) {
	id, err := c.find(ctx, miniProgram)
	if err != nil {
		return nil, err
	}
	all := []listed{}
	var after *string
	for {
		page, err := c.versionsPage(ctx, id, after)
		if err != nil {
			return nil, err
		}
		for _, node := range page.Nodes {
			all = append(all, node.listed())
		}
		if after = page.PageInfo.EndCursor; !page.PageInfo.HasNextPage || after == nil {
			return all, nil
		}
	}
}

// versionsPage is a page of the list.
type versionsPage struct {
	Nodes    []versionNode
	PageInfo struct {
		HasNextPage bool
		EndCursor   *string
	}
}

// versionNode is a version as the server lists it.
type versionNode struct {
	version
	Size         int64
	CreatedAt    time.Time
	UploadedBy   *struct{ DisplayName string }
	UploadedWith *struct{ Name string }
}

func (c *client) versionsPage(ctx context.Context, id string, after *string) (versionsPage, error) {
	var data struct {
		MiniProgram *struct{ Versions versionsPage }
	}
	err := c.call(ctx, request{Query: versionsDocument, Variables: map[string]any{"id": id, "after": after}}, &data)
	switch {
	case err != nil:
		return versionsPage{}, unseen(err, id)
	case data.MiniProgram == nil:
		return versionsPage{}, unknown("id", id)
	}
	return data.MiniProgram.Versions, nil
}

func (n versionNode) listed() listed {
	one := listed{version: n.version, Size: n.Size, CreatedAt: n.CreatedAt}
	if n.UploadedBy != nil {
		one.UploadedBy = &n.UploadedBy.DisplayName
	}
	if n.UploadedWith != nil {
		one.UploadedWith = &n.UploadedWith.Name
	}
	return one
}

func (s Server) writeTable(all []listed) error {
	table := tabwriter.NewWriter(s.Stdout, 0, 0, 2, ' ', 0)
	for _, one := range all {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", one.Number, one.Status, size(one.Size), one.CreatedAt.Format(time.DateTime), inALine(one.by()))
	}
	return table.Flush()
}

// by names who uploaded the version, and the token if a machine did.
func (l listed) by() string {
	by := "somebody"
	if l.UploadedBy != nil {
		by = *l.UploadedBy
	}
	if l.UploadedWith != nil {
		by += ", with the token " + *l.UploadedWith
	}
	return by
}
