package main

import (
	"context"
	"slices"
	"time"
)

type user struct {
	ID          string `json:"id"`
	DisplayName string `json:"displayName"`
}

type named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type miniProgram struct {
	named
	Workspace named `json:"workspace"`
	CreatedBy user  `json:"createdBy"`
}

// miniProgram answers R1.
func (s *server) miniProgram(ctx context.Context, userID, id string) (any, error) {
	var found miniProgram
	err := s.db.one(ctx, `SELECT p.id, p.name, w.id, w.name, u.id, u.display_name FROM mini_programs p
		JOIN workspaces w ON w.id = p.workspace_id JOIN users u ON u.id = p.created_by_id
		JOIN members m ON m.workspace_id = p.workspace_id AND m.user_id = $1 AND m.status = 'ACTIVE'
		WHERE p.id = $2 AND (m.role <> 'DEVELOPER' OR EXISTS (SELECT 1 FROM assignments a WHERE a.member_id = m.id AND a.mini_program_id = p.id))`,
		[]any{userID, id}, &found.ID, &found.Name, &found.Workspace.ID, &found.Workspace.Name, &found.CreatedBy.ID, &found.CreatedBy.DisplayName)
	return struct {
		MiniProgram miniProgram `json:"miniProgram"`
	}{found}, err
}

type developer struct {
	ID       string `json:"id"`
	Role     string `json:"role"`
	JoinedAt string `json:"joinedAt"`
}

type nodes[T any] struct {
	Nodes []T `json:"nodes"`
}

type listed struct {
	named
	CreatedBy  user             `json:"createdBy"`
	Developers nodes[developer] `json:"developers"`
}

// How many elements R2 and R3 ask for.
const (
	listSize, developersOfEach = 20, 3
	ofEach, placesSize         = 10, 50
)

// momentFormat is that of DateTime.
const momentFormat = "2006-01-02T15:04:05.000Z"

// workspace answers R2.
func (s *server) workspace(ctx context.Context, userID, id string) (any, error) {
	role := ""
	err := s.db.one(ctx, "SELECT role FROM members WHERE workspace_id = $1 AND user_id = $2 AND status = 'ACTIVE'", []any{id, userID}, &role)
	if err != nil {
		return nil, err
	}
	where := ""
	if role == "DEVELOPER" {
		where = `AND EXISTS (SELECT 1 FROM assignments a JOIN members m ON m.id = a.member_id WHERE a.mini_program_id = p.id AND m.user_id = $2)`
	}
	var all []listed
	byID := map[string]int{}
	err = s.db.all(ctx, `SELECT p.id, p.name, u.id, u.display_name FROM mini_programs p JOIN users u ON u.id = p.created_by_id
		WHERE p.workspace_id = $1 AND $2 <> '' `+where+` ORDER BY p.created_at DESC, p.id DESC LIMIT $3`, []any{id, userID, listSize}, func(row rows) error {
		one := listed{Developers: nodes[developer]{[]developer{}}}
		err := row.Scan(&one.ID, &one.Name, &one.CreatedBy.ID, &one.CreatedBy.DisplayName)
		byID[one.ID] = len(all)
		all = append(all, one)
		return err
	})
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(all))
	for i, one := range all {
		ids[i] = one.ID
	}
	err = s.db.all(ctx, `SELECT a.mini_program_id, m.id, m.role, m.joined_at FROM assignments a JOIN members m ON m.id = a.member_id
		WHERE a.mini_program_id `+s.db.in(1)+` AND m.status = 'ACTIVE' AND m.role = 'DEVELOPER' ORDER BY m.id`, []any{s.db.list(ids)}, func(row rows) error {
		var of string
		var one developer
		var joined time.Time
		if err := row.Scan(&of, &one.ID, &one.Role, &joined); err != nil {
			return err
		}
		one.JoinedAt = joined.UTC().Format(momentFormat)
		if developers := &all[byID[of]].Developers; len(developers.Nodes) < developersOfEach {
			developers.Nodes = append(developers.Nodes, one)
		}
		return nil
	})
	return struct {
		Workspace any `json:"workspace"`
	}{struct {
		MiniPrograms nodes[listed] `json:"miniPrograms"`
	}{nodes[listed]{all}}}, err
}

type created struct {
	named
	CreatedBy user      `json:"createdBy"`
	at        time.Time // which only sorts
}

type place struct {
	Workspace struct {
		named
		MiniPrograms nodes[created] `json:"miniPrograms"`
	} `json:"workspace"`
}

// memberships answers R3.
func (s *server) memberships(ctx context.Context, userID string) (any, error) {
	var places []place
	err := s.db.all(ctx, s.db.ofEach(), []any{userID, placesSize, ofEach}, func(row rows) error {
		var at place
		var one created
		if err := row.Scan(&at.Workspace.ID, &at.Workspace.Name, &one.ID, &one.Name, &one.at, &one.CreatedBy.ID, &one.CreatedBy.DisplayName); err != nil {
			return err
		}
		if last := len(places) - 1; last < 0 || places[last].Workspace.ID != at.Workspace.ID {
			places = append(places, at)
		}
		in := &places[len(places)-1].Workspace.MiniPrograms
		in.Nodes = append(in.Nodes, one)
		return nil
	})
	for _, at := range places {
		slices.SortFunc(at.Workspace.MiniPrograms.Nodes, func(a, b created) int { return b.at.Compare(a.at) })
	}
	type memberships struct {
		Memberships nodes[place] `json:"memberships"`
	}
	return struct {
		Viewer memberships `json:"viewer"`
	}{memberships{nodes[place]{places}}}, err
}
