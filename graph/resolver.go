// Package graph resolves the schema: each resolver unwraps the arguments, calls one operation and wraps its result. There is a file
// for each noun; directives.go asks the access matrix who may do what, usererrors.go writes user errors into payloads.
package graph

import (
	"context"
	"encoding/json"

	"minidock/internal/access"
	"minidock/internal/account"
	"minidock/internal/apitoken"
	"minidock/internal/event"
	"minidock/internal/miniprogram"
	"minidock/internal/session"
	"minidock/internal/version"
	"minidock/internal/workspace"
)

// Resolver has what the resolvers call.
type Resolver struct {
	Sessions     *session.Sessions
	Accounts     *account.Accounts
	Tokens       *apitoken.Tokens
	Workspaces   *workspace.Workspaces
	MiniPrograms *miniprogram.MiniPrograms
	Versions     *version.Versions
	Audit        *event.Log
	Changes      *event.Watches
	// AnswerBytes is the most of an answer's data, 0 for any; what is longer is cut off, and is refused.
	AnswerBytes int64
	// LogoURL returns the absolute address of a logo.
	LogoURL func(name string) string
}

type (
	queryResolver             struct{ *Resolver }
	mutationResolver          struct{ *Resolver }
	subscriptionResolver      struct{ *Resolver }
	viewerResolver            struct{ *Resolver }
	userResolver              struct{ *Resolver }
	sessionResolver           struct{ *Resolver }
	workspaceResolver         struct{ *Resolver }
	memberResolver            struct{ *Resolver }
	invitationResolver        struct{ *Resolver }
	apiTokenResolver          struct{ *Resolver }
	auditEventResolver        struct{ *Resolver }
	auditChangeResolver       struct{ *Resolver }
	miniProgramResolver       struct{ *Resolver }
	industryResolver          struct{ *Resolver }
	launchTargetResolver      struct{ *Resolver }
	fieldRuleResolver         struct{ *Resolver }
	versionResolver           struct{ *Resolver }
	versionComparisonResolver struct{ *Resolver }
	taskResolver              struct{ *Resolver }
	taskLogEntryResolver      struct{ *Resolver }
)

// Query and the methods like it make Resolver the root of all resolvers.
func (r *Resolver) Query() QueryResolver               { return &queryResolver{r} }
func (r *Resolver) Mutation() MutationResolver         { return &mutationResolver{r} }
func (r *Resolver) Subscription() SubscriptionResolver { return &subscriptionResolver{r} }
func (r *Resolver) Viewer() ViewerResolver             { return &viewerResolver{r} }
func (r *Resolver) User() UserResolver                 { return &userResolver{r} }
func (r *Resolver) Session() SessionResolver           { return &sessionResolver{r} }
func (r *Resolver) Workspace() WorkspaceResolver       { return &workspaceResolver{r} }
func (r *Resolver) Member() MemberResolver             { return &memberResolver{r} }
func (r *Resolver) Invitation() InvitationResolver     { return &invitationResolver{r} }
func (r *Resolver) ApiToken() ApiTokenResolver         { return &apiTokenResolver{r} }
func (r *Resolver) AuditEvent() AuditEventResolver     { return &auditEventResolver{r} }
func (r *Resolver) AuditChange() AuditChangeResolver   { return &auditChangeResolver{r} }
func (r *Resolver) MiniProgram() MiniProgramResolver   { return &miniProgramResolver{r} }
func (r *Resolver) Industry() IndustryResolver         { return &industryResolver{r} }
func (r *Resolver) LaunchTarget() LaunchTargetResolver { return &launchTargetResolver{r} }
func (r *Resolver) Version() VersionResolver           { return &versionResolver{r} }
func (r *Resolver) VersionComparison() VersionComparisonResolver {
	return &versionComparisonResolver{r}
}
func (r *Resolver) Task() TaskResolver                 { return &taskResolver{r} }
func (r *Resolver) TaskLogEntry() TaskLogEntryResolver { return &taskLogEntryResolver{r} }
func (r *Resolver) FieldRule() FieldRuleResolver       { return &fieldRuleResolver{r} }

func viewer(ctx context.Context) *access.Viewer { return access.Of(ctx) }

// readKey is the key of a read for siblings: a relation and the values of its arguments.
func readKey(relation string, args ...any) string {
	key, err := json.Marshal(args)
	if err != nil {
		panic(err) // arguments that came as JSON have a JSON form
	}
	return relation + string(key)
}

// ids returns the id that each row refers to.
func ids[T any](rows []T, id func(T) string) []string {
	all := make([]string, len(rows))
	for i, row := range rows {
		all[i] = id(row)
	}
	return all
}
