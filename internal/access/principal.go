package access

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"minidock/ent"
	"minidock/ent/member"
	"minidock/ent/predicate"
	"minidock/ent/session"
	"minidock/ent/user"
	"minidock/internal/fault"
	"minidock/internal/store"
)

// maxListed is the most memberships, and the most assigned mini programs, that are read with a principal. For people who have more,
// they are looked up where they are needed.
const maxListed = 1000

// Principal is a person, a token for machines, or nobody, with their rights. It is immutable.
type Principal struct {
	// UserID is the account, and of a token that of the person who created it; "" for nobody.
	UserID string
	// Token is the token that the request came with; nil for people and nobody.
	Token *Token
	// SessionID is the session's id in the database; "" without a session.
	SessionID string
	// CurrentWorkspaceID is the workspace chosen last in the session, or nil.
	CurrentWorkspaceID *string
	// LastUsedAt is when a use of the session or token was last recorded, ExpiresAt when it expires.
	LastUsedAt, ExpiresAt time.Time
	// StaffRole is the role of a staff member; "" for everybody else.
	StaffRole user.StaffRole

	client *ent.Client
	// isOperator says that the principal runs the program.
	isOperator bool
	// isListed says that memberships and assigned are complete.
	isListed    bool
	memberships map[string]Membership // by workspace
	assigned    map[string]bool       // mini programs, of developers and of tokens that are limited to some
}

// Membership is an active membership.
type Membership struct {
	ID, WorkspaceID string
	Role            member.Role
	// isByToken says that it is the membership of a token's creator, isLimited that the token is for some mini programs only.
	isByToken, isLimited bool
}

// Manages says whether all mini programs are visible by the membership, as they are to owners and masters.
func (m Membership) Manages() bool { return slices.Contains(managers, m.Role) && !m.isLimited }

// ManagesPeople says whether the member is owner or master in person, and sees all of what concerns other people, and tokens.
func (m Membership) ManagesPeople() bool { return m.Manages() && m.SeesPeople() }

// SeesPeople says whether other people are visible by the membership, which they are not to tokens.
func (m Membership) SeesPeople() bool { return !m.isByToken }

// SignedIn says whether the principal is somebody, in person or by a token.
func (p *Principal) SignedIn() bool { return p.UserID != "" }

// PersonID returns the account of a person; "" for a token and nobody.
func (p *Principal) PersonID() string {
	if p.Token != nil {
		return ""
	}
	return p.UserID
}

// TokenID returns the id of a token; "" for people and nobody.
func (p *Principal) TokenID() string {
	if p.Token == nil {
		return ""
	}
	return p.Token.ID
}

// alone returns the same person without any rights.
func (p *Principal) alone() *Principal {
	return &Principal{UserID: p.UserID, SessionID: p.SessionID, ExpiresAt: p.ExpiresAt, client: p.client, isListed: true}
}

// Require refuses a principal who is nobody with UNAUTHENTICATED.
func (p *Principal) Require() error {
	if !p.SignedIn() {
		return fault.ErrUnauthenticated
	}
	return nil
}

// RequirePerson refuses a principal who is nobody with UNAUTHENTICATED, and a token, whatever its scopes, with FORBIDDEN.
func (p *Principal) RequirePerson() error {
	if p.Token != nil {
		return fault.MissingScope("")
	}
	return p.Require()
}

// standing is a row of a query with store.Standing.
type standing struct {
	ID          string    `sql:"id"`
	UserID      string    `sql:"user_id"`
	WorkspaceID *string   `sql:"workspace_id"`
	LastUsedAt  time.Time `sql:"last_used_at"`
	ExpiresAt   time.Time `sql:"expires_at"`
	StaffRole   *string   `sql:"staff_role"`
	Memberships *string   `sql:"memberships"`
	Assigned    *string   `sql:"assigned"`
}

// OfSession reads the principal of the session that the predicates select, in one statement; nobody when there is none.
func OfSession(ctx context.Context, client *ent.Client, which ...predicate.Session) (*Principal, error) {
	var rows []standing
	query := client.Session.Query().Where(which...)
	err := query.Select(session.FieldID, session.FieldUserID, session.FieldWorkspaceID, session.FieldLastUsedAt, session.FieldExpiresAt).
		Modify(store.Standing(session.FieldUserID, maxListed+1)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read the session: %w", err)
	}
	return principalOf(client, rows), nil
}

func principalOf(client *ent.Client, rows []standing) *Principal {
	if len(rows) == 0 {
		return &Principal{client: client, isListed: true}
	}
	row := rows[0]
	p := &Principal{
		UserID: row.UserID, SessionID: row.ID, CurrentWorkspaceID: row.WorkspaceID, LastUsedAt: row.LastUsedAt, ExpiresAt: row.ExpiresAt,
		client: client, memberships: map[string]Membership{}, assigned: map[string]bool{},
	}
	if row.StaffRole != nil {
		p.StaffRole = user.StaffRole(*row.StaffRole)
	}
	for words := range slices.Chunk(split(row.Memberships), 3) {
		p.memberships[words[1]] = Membership{ID: words[0], WorkspaceID: words[1], Role: member.Role(words[2])}
	}
	for _, miniProgramID := range split(row.Assigned) {
		p.assigned[miniProgramID] = true
	}
	p.isListed = len(p.memberships) <= maxListed && len(p.assigned) <= maxListed
	return p
}

func split(text *string) []string {
	if text == nil {
		return nil
	}
	return strings.Fields(*text)
}

// Memberships returns the principal's memberships in these workspaces, by workspace.
func (p *Principal) Memberships(ctx context.Context, workspaceIDs ...string) (map[string]Membership, error) {
	if p.isListed {
		return p.memberships, nil
	}
	found, err := p.client.Member.Query().Where(p.active(), store.In(member.FieldWorkspaceID, workspaceIDs)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read memberships: %w", err)
	}
	memberships := make(map[string]Membership, len(found))
	for _, row := range found {
		memberships[row.WorkspaceID] = Membership{ID: row.ID, WorkspaceID: row.WorkspaceID, Role: row.Role}
	}
	return memberships, nil
}

// isAssigned says which of the mini programs the principal is assigned to as a developer.
func (p *Principal) isAssigned(ctx context.Context, miniProgramIDs ...string) (map[string]bool, error) {
	if p.isListed {
		return p.assigned, nil
	}
	found, err := p.client.Assignment.Query().Where(p.assignments(), store.In(assignmentMiniProgram, miniProgramIDs)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read assignments: %w", err)
	}
	assigned := make(map[string]bool, len(found))
	for _, row := range found {
		assigned[row.MiniProgramID] = true
	}
	return assigned, nil
}

// workspaceIDs returns the workspaces of the memberships that fit. It needs a principal whose memberships are listed.
func (p *Principal) workspaceIDs(fits func(Membership) bool) []string {
	ids := []string{}
	for _, m := range p.memberships {
		if fits(m) {
			ids = append(ids, m.WorkspaceID)
		}
	}
	return ids
}

func (p *Principal) assignedIDs() []string { return slices.Collect(maps.Keys(p.assigned)) }
