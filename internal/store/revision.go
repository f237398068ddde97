package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	atlas "ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/schema"
)

// revisionTable keeps which migrations a database has had, each as JSON beside its version and the hash of its file.
type revisionTable struct{ schema.ExecQuerier }

type plainRevision atlas.Revision

const revisionTableName = "schema_revisions"

// storedRevision is a revision as JSON holds it: with what Revision leaves out of its own JSON, and with a type that can
// be read again.
type storedRevision struct {
	*plainRevision
	Type          uint
	Hash          string
	PartialHashes []string
}

func (t revisionTable) create(ctx context.Context) error {
	_, err := t.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS "+revisionTableName+
		" (version text NOT NULL PRIMARY KEY, revision text NOT NULL)")
	return err
}

// Ident names the table.
func (t revisionTable) Ident() *atlas.TableIdent { return &atlas.TableIdent{Name: revisionTableName} }

// ReadRevisions returns all revisions by version.
func (t revisionTable) ReadRevisions(ctx context.Context) ([]*atlas.Revision, error) {
	rows, err := t.QueryContext(ctx, "SELECT revision FROM "+revisionTableName+" ORDER BY version")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var revisions []*atlas.Revision
	for rows.Next() {
		revision, err := scanRevision(rows)
		if err != nil {
			return nil, err
		}
		revisions = append(revisions, revision)
	}
	return revisions, rows.Err()
}

// ReadRevision returns the revision of that version, or ErrRevisionNotExist.
func (t revisionTable) ReadRevision(ctx context.Context, version string) (*atlas.Revision, error) {
	rows, err := t.QueryContext(ctx, "SELECT revision FROM "+revisionTableName+" WHERE version = $1", version)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	if !rows.Next() {
		return nil, errors.Join(rows.Err(), atlas.ErrRevisionNotExist)
	}
	return scanRevision(rows)
}

// WriteRevision stores the revision in place of the one of the same version.
func (t revisionTable) WriteRevision(ctx context.Context, r *atlas.Revision) error {
	text, err := json.Marshal(storedRevision{(*plainRevision)(r), uint(r.Type), r.Hash, r.PartialHashes})
	if err != nil {
		return err
	}
	_, err = t.ExecContext(ctx, "INSERT INTO "+revisionTableName+" (version, revision) VALUES ($1, $2)"+
		" ON CONFLICT (version) DO UPDATE SET revision = excluded.revision", r.Version, string(text))
	return err
}

// DeleteRevision forgets the revision of that version.
func (t revisionTable) DeleteRevision(ctx context.Context, version string) error {
	_, err := t.ExecContext(ctx, "DELETE FROM "+revisionTableName+" WHERE version = $1", version)
	return err
}

func scanRevision(rows *sql.Rows) (*atlas.Revision, error) {
	var text string
	if err := rows.Scan(&text); err != nil {
		return nil, err
	}
	stored := storedRevision{plainRevision: &plainRevision{}}
	if err := json.Unmarshal([]byte(text), &stored); err != nil {
		return nil, err
	}
	r := (*atlas.Revision)(stored.plainRevision)
	r.Type, r.Hash, r.PartialHashes = atlas.RevisionType(stored.Type), stored.Hash, stored.PartialHashes
	return r, nil
}
