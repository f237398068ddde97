package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"minidock/ent"
	"minidock/ent/assignment"
	"minidock/ent/member"
	"minidock/ent/session"
	"minidock/internal/id"
	"minidock/internal/store"
)

// How much data there is. Each workspace has an owner and, beside the owner, some developers.
const (
	seed       = 20261128
	users      = 5_000
	workspaces = 1_000
	developers = 3
	// The first workspaces belong to a few people who own many each, and have few mini programs. Those after them have an owner and many
	// mini programs each, and the rest have none, so that some can be created.
	manyOwners, ownedByEach, few = 12, 50, 10
	full, many                   = 200, 20
)

// dataset is what the database holds. It is the same in every run.
type dataset struct {
	users        []person
	workspaces   []workspace
	miniPrograms []miniProgram
}

// person is somebody with an account and the token of a session.
type person struct{ id, name, token string }

type workspace struct {
	id, name string
	// members are indices of users, the owner first; memberIDs are the ids of their memberships.
	members   []int
	memberIDs []string
	programs  []int
}

type miniProgram struct {
	id, appID, name string
	workspace       int
	creator         int
	createdAt       time.Time
}

// began is when the first thing of the dataset was made.
var began = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func newDataset() *dataset {
	d, random := &dataset{}, rand.New(rand.NewPCG(seed, seed))
	unique := func(kind id.Kind, n int) string {
		return id.Of(kind, fmt.Sprintf("%013x%013x", n, random.Uint64()>>12))
	}
	for n := range users {
		d.users = append(d.users, person{unique(id.User, n), fmt.Sprintf("Person %d", n), fmt.Sprintf("%043x", random.Uint64())})
	}
	for n := range workspaces {
		owner := n
		if n < manyOwners*ownedByEach {
			owner = n / ownedByEach
		}
		w := workspace{id: unique(id.Workspace, n), name: fmt.Sprintf("Workspace %d", n), members: []int{owner}}
		for len(w.members) <= developers {
			if other := workspaces + random.IntN(users-workspaces); !slices.Contains(w.members, other) {
				w.members = append(w.members, other)
			}
		}
		for range w.members {
			w.memberIDs = append(w.memberIDs, unique(id.Member, n))
		}
		d.addPrograms(&w, n, random, unique)
		d.workspaces = append(d.workspaces, w)
	}
	return d
}

func (d *dataset) addPrograms(w *workspace, n int, random *rand.Rand, unique func(id.Kind, int) string) {
	count := 0
	switch {
	case n < manyOwners*ownedByEach:
		count = few
	case n < manyOwners*ownedByEach+full:
		count = many
	}
	for range count {
		k := len(d.miniPrograms)
		w.programs = append(w.programs, k)
		d.miniPrograms = append(d.miniPrograms, miniProgram{
			id: unique(id.MiniProgram, k), appID: fmt.Sprintf("%016d", 2026_0000_0000_0000+k), name: fmt.Sprintf("Coffee shop %d", k), workspace: n,
			creator: w.members[random.IntN(len(w.members))], createdAt: began.Add(time.Duration(k) * time.Minute),
		})
	}
}

// load fills the database unless it has been filled before, and gives everybody a session.
func (d *dataset) load(ctx context.Context, dir, databaseURL string) (*store.Store, error) {
	db, err := store.Open(ctx, store.Options{Dir: dir, URL: databaseURL})
	if err != nil {
		return nil, err
	}
	if err := d.fill(ctx, db.Client); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func (d *dataset) fill(ctx context.Context, client *ent.Client) error {
	found, err := client.User.Query().Count(ctx)
	if err != nil {
		return err
	}
	if _, err := client.User.Get(ctx, d.users[0].id); found > 0 && err != nil {
		return errors.New("the database has accounts that are not bench's: name an empty one")
	}
	return store.Tx(ctx, client, func(tx *ent.Tx) error {
		if found == 0 {
			if err := d.insert(ctx, tx); err != nil {
				return err
			}
		}
		return d.signIn(ctx, tx)
	})
}

// signIn replaces the sessions of all owners.
func (d *dataset) signIn(ctx context.Context, tx *ent.Tx) error {
	if _, err := tx.Session.Delete().Exec(ctx); err != nil {
		return err
	}
	now := time.Now().UTC()
	return inChunks(d.users[:workspaces], func(p person, _ int) *ent.SessionCreate {
		return tx.Session.Create().SetID(sessionID(p.token)).SetUserID(p.id).SetAddress("127.0.0.1").SetClient("bench").
			SetCreatedAt(now).SetLastUsedAt(now).SetExpiresAt(now.Add(12 * time.Hour))
	}, func(rows []*ent.SessionCreate) error { return tx.Session.CreateBulk(rows...).Exec(ctx) })
}

// sessionID is what the database keeps of a token.
func sessionID(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func (d *dataset) insert(ctx context.Context, tx *ent.Tx) error {
	return errors.Join(
		inChunks(d.users, func(p person, n int) *ent.UserCreate {
			return tx.User.Create().SetID(p.id).SetEmail(fmt.Sprintf("person%d@bench.example", n)).SetDisplayName(p.name).
				SetPasswordHash("none").SetEmailConfirmedAt(began).SetCreatedAt(began)
		}, func(rows []*ent.UserCreate) error { return tx.User.CreateBulk(rows...).Exec(ctx) }),
		inChunks(d.workspaces, func(w workspace, _ int) *ent.WorkspaceCreate {
			return tx.Workspace.Create().SetID(w.id).SetName(w.name).SetCreatedAt(began)
		}, func(rows []*ent.WorkspaceCreate) error { return tx.Workspace.CreateBulk(rows...).Exec(ctx) }),
		d.insertMembers(ctx, tx), d.insertPrograms(ctx, tx), d.insertAssignments(ctx, tx),
		inChunks(d.workspaces, func(w workspace, n int) *ent.QuotaUseCreate {
			return tx.QuotaUse.Create().SetID(id.Of(id.QuotaUse, fmt.Sprint(n))).SetWorkspaceID(w.id).SetLaunchTargetCode("ALIPAY_CN").SetUsed(len(w.programs))
		}, func(rows []*ent.QuotaUseCreate) error { return tx.QuotaUse.CreateBulk(rows...).Exec(ctx) }),
	)
}

func (d *dataset) insertMembers(ctx context.Context, tx *ent.Tx) error {
	for _, w := range d.workspaces {
		rows := make([]*ent.MemberCreate, len(w.members))
		for i, user := range w.members {
			role := member.RoleDEVELOPER
			if i == 0 {
				role = member.RoleOWNER
			}
			rows[i] = tx.Member.Create().SetID(w.memberIDs[i]).SetUserID(d.users[user].id).SetWorkspaceID(w.id).SetRole(role).
				SetCreatedAt(began).SetJoinedAt(began)
		}
		if err := tx.Member.CreateBulk(rows...).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (d *dataset) insertPrograms(ctx context.Context, tx *ent.Tx) error {
	return errors.Join(
		inChunks(d.miniPrograms, func(m miniProgram, _ int) *ent.MiniProgramCreate {
			return tx.MiniProgram.Create().SetID(m.id).SetAppID(m.appID).SetWorkspaceID(d.workspaces[m.workspace].id).SetName(m.name).SetNameKey(m.name).
				SetTagline("Coffee from the corner, at once").SetDescription("Order a coffee and fetch it around the corner.").SetLanguage("zh-Hans").
				SetIndustryCode("5812").SetServicePhone("0571-1234567").SetServiceEmail("help@bench.example").
				SetLogoName("none.png").SetLogoWidth(256).SetLogoHeight(256).SetLogoContentType("image/png").
				SetCreatedByID(d.users[m.creator].id).SetCreatedAt(m.createdAt).SetUpdatedAt(m.createdAt)
		}, func(rows []*ent.MiniProgramCreate) error { return tx.MiniProgram.CreateBulk(rows...).Exec(ctx) }),
		inChunks(d.miniPrograms, func(m miniProgram, n int) *ent.TargetingCreate {
			return tx.Targeting.Create().SetID(id.Of(id.Targeting, fmt.Sprint(n))).SetMiniProgramID(m.id).SetLaunchTargetCode("ALIPAY_CN")
		}, func(rows []*ent.TargetingCreate) error { return tx.Targeting.CreateBulk(rows...).Exec(ctx) }),
	)
}

// insertAssignments assigns every developer of a workspace to all of its mini programs.
func (d *dataset) insertAssignments(ctx context.Context, tx *ent.Tx) error {
	for _, w := range d.workspaces {
		var rows []*ent.AssignmentCreate
		for _, memberID := range w.memberIDs[1:] {
			for _, k := range w.programs {
				rows = append(rows, tx.Assignment.Create().SetMemberID(memberID).SetMiniProgramID(d.miniPrograms[k].id).SetCreatedAt(began))
			}
		}
		if len(rows) == 0 {
			continue
		}
		if err := tx.Assignment.CreateBulk(rows...).OnConflictColumns(assignment.FieldMemberID, assignment.FieldMiniProgramID).Ignore().Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// chunk is how many rows are inserted at once.
const chunk = 200

func inChunks[T, C any](all []T, create func(T, int) C, insert func([]C) error) error {
	n := 0
	for part := range slices.Chunk(all, chunk) {
		rows := make([]C, len(part))
		for i, one := range part {
			rows[i] = create(one, n)
			n++
		}
		if err := insert(rows); err != nil {
			return err
		}
	}
	return nil
}

// renew makes room for creations: quotas are as before the first.
func (d *dataset) renew(ctx context.Context, client *ent.Client) error {
	return client.QuotaUse.Update().SetUsed(0).Exec(ctx)
}

// extend keeps sessions from being recorded as used while it is measured, which happens once a minute.
func (d *dataset) extend(ctx context.Context, client *ent.Client) error {
	return client.Session.Update().Where(session.ExpiresAtGT(time.Now())).SetLastUsedAt(time.Now().UTC()).Exec(ctx)
}
