// Package app is the composition root: it builds every part of the server once, runs them and stops them. The command line and the
// tests use it, so that tests run what production runs.
package app

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"minidock/ent"
	"minidock/graph"
	"minidock/internal/account"
	"minidock/internal/apitoken"
	"minidock/internal/blob"
	"minidock/internal/event"
	"minidock/internal/gqlhttp"
	"minidock/internal/idempotency"
	"minidock/internal/job"
	"minidock/internal/limit"
	"minidock/internal/mail"
	"minidock/internal/metrics"
	"minidock/internal/miniprogram"
	"minidock/internal/operation"
	"minidock/internal/outbox"
	"minidock/internal/page"
	"minidock/internal/secret"
	"minidock/internal/session"
	"minidock/internal/store"
	"minidock/internal/throttle"
	"minidock/internal/version"
	"minidock/internal/web"
	"minidock/internal/workspace"
)

// Config is what an App works with.
type Config struct {
	Store *store.Store
	// Blobs keeps the files.
	Blobs blob.Store
	// PublicURL is where clients find the server, without a slash at the end. When it is https, cookies are Secure.
	PublicURL string
	// AppURL is where the front end's pages are, to which the links in mails lead; PublicURL when empty.
	AppURL string
	// AllowedOrigins are the origins of other front ends whose pages may send requests with the viewer's cookie.
	AllowedOrigins []string
	// Introspection is who may read the schema and open the playground; when empty, staff if PublicURL is https and everyone
	// otherwise.
	Introspection web.Audience
	// Mail delivers mails.
	Mail mail.Sender
	// Proxies are those that requests come through.
	Proxies web.Proxies
	// RequestsPerMinute is how many GraphQL requests are answered for a network address in a minute; 0 for any number.
	RequestsPerMinute int
	// PasswordCost is what hashing a password costs.
	PasswordCost account.Cost
	// SecretKey seals secrets in the database.
	SecretKey *secret.Key
	Limits    limit.Limits
	Log       *slog.Logger
	// Now is the clock.
	Now func() time.Time
}

// App is a server and what runs beside it.
type App struct {
	// Handler answers all requests of clients.
	http.Handler

	metrics      *metrics.Metrics
	limits       limit.Limits
	log          *slog.Logger
	store        *store.Store
	blobs        blob.Store
	secretKey    *secret.Key
	now          func() time.Time
	sessions     *session.Sessions
	miniPrograms *miniprogram.MiniPrograms
	versions     *version.Versions
	jobs         *job.Queue
	draining     atomic.Bool
	// publicURL is where clients find the server.
	publicURL string
	// stop hurries clients that are receiving an answer.
	stop context.CancelFunc
}

// New builds an App. It fails when the schema and the access matrix do not say the same, or an allowed origin is not one.
func New(c Config) (*App, error) {
	stopping, stop := context.WithCancel(context.Background())
	areas, counted := newAreas(c), metrics.New()
	areas.jobs.Observe = counted.JobRun
	counted.WatchJobs(areas.jobs.Waiting)
	a := &App{
		metrics: counted, limits: c.Limits, log: c.Log, store: c.Store, blobs: c.Blobs, secretKey: c.SecretKey, now: c.Now, sessions: areas.Sessions, stop: stop,
		miniPrograms: areas.MiniPrograms, versions: areas.Versions, jobs: areas.jobs, publicURL: c.PublicURL,
	}
	a.jobs.Schedule(sweeping, c.Limits.SweepInterval, func(ctx context.Context, _ *job.Try) error { return a.Sweep(ctx) })
	areas.LogoURL = func(name string) string { return web.LogoURL(c.PublicURL, name) }
	schema, err := graph.NewSchema(&areas.Resolver)
	if err != nil {
		return nil, err
	}
	viewers := web.NewViewers(c.Store.Client, areas.Sessions, areas.Tokens, c.introspection(), c.isHTTPS())
	graphQL := gqlhttp.New(gqlhttp.Config{
		Schema: schema, Viewers: viewers, Streams: viewers, Limits: c.Limits.GraphQL, Scalars: scalars, IsSecret: isSecret, Lists: lists, Shown: graph.Shown,
		Spool:   func(ctx context.Context) (gqlhttp.Spool, error) { return c.Blobs.Create(ctx) },
		Observe: web.Observe(c.Log, counted), IsUnavailable: store.IsUnavailable, Stopping: stopping.Done(), Log: c.Log,
	})
	a.Handler, err = web.New(web.Config{
		GraphQL: graphQL, Viewers: viewers, Blobs: c.Blobs, SecretKey: c.SecretKey, PublicURL: c.PublicURL, AllowedOrigins: c.AllowedOrigins, Proxies: c.Proxies,
		IsReady:           func(ctx context.Context) bool { return !a.draining.Load() && c.Store.Ping(ctx) == nil },
		RequestsPerMinute: c.RequestsPerMinute, WriteTime: c.Limits.WriteTime, Stopping: stopping, Metrics: counted, Log: c.Log, Now: c.Now,
	})
	return a, err
}

// lists says how long the lists of the schema are. Where a list that is not a page has no size here, it is taken to be short.
var lists = gqlhttp.Lists{
	DefaultPage: page.DefaultSize, MaxPage: page.MaxSize,
	// Invitations and tokens name at most the mini programs that a workspace may have, and a change of a mini program at most its fields.
	Sizes: map[string]int{"LaunchTarget.fieldRules": 10, "Invitation.miniPrograms": 10, "ApiToken.miniPrograms": 10, "AuditEvent.changes": 10, "Version.pages": 10, "Version.parts": 3,
		"Version.largestFiles": 10, "Version.warnings": 3, "Task.log": 3, "VersionComparison.parts": 3, "VersionComparison.settings": 10},
	// The files and details of two packages.
	Costs:     map[string]int{"Query.compareVersions": 500},
	AreClosed: graph.IsClosed,
}

func (c Config) isHTTPS() bool { return isHTTPS(c.PublicURL) }

func isHTTPS(publicURL string) bool { return strings.HasPrefix(publicURL, "https://") }

func (c Config) introspection() web.Audience {
	if c.isHTTPS() {
		return cmp.Or(c.Introspection, web.Staff)
	}
	return cmp.Or(c.Introspection, web.Everyone)
}

// areas are the product's areas, as the resolvers use them, and the jobs that they write.
type areas struct {
	graph.Resolver
	jobs *job.Queue
}

func newAreas(c Config) *areas {
	db := operation.DB{Client: c.Store.Client, Now: c.Now}
	sessions := session.New(db, c.Limits)
	accounts := &account.Accounts{
		DB: db, Limits: c.Limits, Sessions: sessions, Passwords: account.NewPasswords(c.PasswordCost, c.Limits.PasswordQueue),
		SecretKey: c.SecretKey, Throttles: &throttle.Throttles{Client: c.Store.Client, Now: c.Now}, AppURL: cmp.Or(c.AppURL, c.PublicURL),
	}
	tokens := &apitoken.Tokens{DB: db, Limits: c.Limits, Throttles: accounts.Throttles, Sessions: sessions}
	workspaces := &workspace.Workspaces{
		DB: db, Limits: c.Limits, Accounts: accounts, Tokens: tokens, Throttles: accounts.Throttles, AppURL: accounts.AppURL,
		Watches: workspace.NewWatches(c.Store.Client),
	}
	jobs := job.New(job.Config{Store: c.Store, Now: c.Now, Log: c.Log})
	versions := &version.Versions{
		DB: db, Limits: c.Limits, Store: c.Store, Blobs: c.Blobs, Throttles: accounts.Throttles, Jobs: jobs, Watches: version.NewWatches(c.Store),
		PackageURL: func(d version.Download) string {
			return web.PackageURL(c.PublicURL, c.SecretKey, d.Blob, d.Name, d.Expires)
		},
	}
	versions.Handle()
	mails := outbox.New(c.Store.Client, jobs, c.Mail, composer(accounts, workspaces))
	accounts.Outbox, workspaces.Outbox = mails, mails
	return &areas{
		jobs: jobs,
		Resolver: graph.Resolver{
			AnswerBytes: c.Limits.AnswerBytes,
			Sessions:    sessions, Accounts: accounts, Tokens: tokens, Workspaces: workspaces,
			Versions:     versions,
			MiniPrograms: &miniprogram.MiniPrograms{DB: db, Limits: c.Limits, Blobs: c.Blobs, Throttles: accounts.Throttles},
			Audit:        &event.Log{Client: c.Store.Client}, Changes: event.NewWatches(c.Store.Client, c.Now),
		},
	}
}

// composer has each mail written by the area that it is about.
func composer(accounts *account.Accounts, workspaces *workspace.Workspaces) outbox.Compose {
	return func(ctx context.Context, entry *ent.Mail) (*mail.Message, error) {
		if mail.Kind(entry.Kind) == mail.Invitation {
			return workspaces.Compose(ctx, entry)
		}
		return accounts.Compose(ctx, entry)
	}
}

// Admin serves the operators' pages: metrics and profiles. It asks nobody who they are.
func (a *App) Admin() http.Handler { return web.Admin(a.metrics) }

// Drain makes the server answer that it is not ready, so that no new clients are sent to it.
func (a *App) Drain() { a.draining.Store(true) }

// EndStreams ends what would otherwise never finish: subscriptions, whose clients then connect to another server, and answers that
// their clients do not receive.
func (a *App) EndStreams() {
	a.stop()
	a.sessions.StopStreams()
}

// sweeping is the periodic job that sweeps.
var sweeping = job.Kind{Name: "sweep", Timeout: 10 * time.Minute}

// Sweep deletes what has expired, and the files that nothing refers to any more. It seals secrets that an older program has written
// beside this one.
func (a *App) Sweep(ctx context.Context) error {
	now, client := a.now(), a.store.Client
	return errors.Join(a.sessions.Sweep(ctx), idempotency.Sweep(ctx, client, now), throttle.Sweep(ctx, client, now),
		account.Sweep(ctx, client, now), account.SealSecrets(ctx, client, a.secretKey), a.sweepFiles(ctx, now.Add(-a.limits.FileGrace)))
}

// sweepFiles deletes the files from before that time that nothing refers to, unless they may be those of another database.
func (a *App) sweepFiles(ctx context.Context, before time.Time) error {
	if err := a.claimFiles(ctx); err != nil {
		return err
	}
	return a.blobs.Sweep(ctx, before, blob.AnyOf(a.miniPrograms.UsedLogos, a.versions.UsedFiles))
}

// claimFiles makes the database the owner of the files, unless another one is: then it fails with blob.ErrOtherOwner.
func (a *App) claimFiles(ctx context.Context) error {
	birth, err := a.store.Birth(ctx)
	if err != nil {
		return err
	}
	return a.blobs.Claim(birth)
}

// CheckPackages checks the packages that wait for it.
func (a *App) CheckPackages(ctx context.Context) error { return a.versions.CheckDue(ctx) }

// SendMail sends the mails that are due.
func (a *App) SendMail(ctx context.Context) error { return a.jobs.Drain(ctx, outbox.Kind.Name) }
