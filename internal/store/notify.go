package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	entsql "entgo.io/ent/dialect/sql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"minidock/ent"
)

// notices are what processes on one PostgreSQL database tell each other. A nil one is that of a database that has none.
type notices struct {
	config *pgx.ConnConfig
	log    *slog.Logger
	heard  map[string][]func(payload string)
}

// newNotices returns nil if the engine refuses notices, which is logged.
func newNotices(ctx context.Context, pool *pgxpool.Pool, log *slog.Logger) (*notices, error) {
	_, err := pool.Exec(ctx, "SELECT pg_notify('minidock', '')")
	if isRefused(err) {
		log.WarnContext(ctx, "the database refuses notices: what another server has written is seen a few seconds later", "error", err.Error())
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &notices{config: pool.Config().ConnConfig.Copy(), log: log, heard: map[string][]func(string){}}, nil
}

// Notify sends a payload of less than 8,000 bytes to all processes that listen to a channel, if the transaction commits, and then. Where the
// database has no notices it does nothing: a notice makes what would be seen anyway be seen sooner.
func (s *Store) Notify(ctx context.Context, tx *ent.Tx, channel, payload string) error {
	if s.notices == nil {
		return nil
	}
	_, err := tx.Job.Query().Modify(notifying(channel, payload)).Strings(ctx)
	if err != nil {
		return fmt.Errorf("notify: %w", err)
	}
	return nil
}

// notifying makes a query of any table one that sends a notice.
func notifying(channel, payload string) func(*entsql.Selector) {
	return func(s *entsql.Selector) {
		s.FromExpr(entsql.Expr("(SELECT 1) AS one"))
		s.SelectExpr(entsql.ExprFunc(func(b *entsql.Builder) {
			b.WriteString("CAST(pg_notify(").Arg(channel).Comma().Arg(payload).WriteString(") AS text)")
		}))
	}
}

// OnNotice has a function called with each payload that is sent to a channel while Listen runs, and with "" whenever notices may have been
// missed. The function must return soon. It is registered before Listen is called.
func (s *Store) OnNotice(channel string, do func(payload string)) {
	if s.notices != nil {
		s.notices.heard[channel] = append(s.notices.heard[channel], do)
	}
}

// The pauses before Listen connects again.
const (
	firstListenPause   = 100 * time.Millisecond
	longestListenPause = 10 * time.Second
)

// Listen hears notices over one connection of its own until the context ends, and connects again when it is lost. Where the database has no
// notices it returns at once.
func (s *Store) Listen(ctx context.Context) {
	if s.notices == nil || len(s.notices.heard) == 0 {
		return
	}
	pause := firstListenPause
	for {
		wasConnected, err := s.notices.listen(ctx)
		if ctx.Err() != nil {
			return
		}
		if wasConnected {
			pause = firstListenPause
		}
		s.notices.log.WarnContext(ctx, "the connection for notices is lost", "error", err.Error())
		if isRefused(err) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		pause = min(2*pause, longestListenPause)
	}
}

// listen hears notices until the connection is lost, and says whether there was one.
func (n *notices) listen(ctx context.Context) (wasConnected bool, err error) {
	connection, err := pgx.ConnectConfig(ctx, n.config)
	if err != nil {
		return false, err
	}
	defer n.close(ctx, connection)
	for channel := range n.heard {
		if _, err := connection.Exec(ctx, "LISTEN "+pgx.Identifier{channel}.Sanitize()); err != nil {
			return false, err
		}
	}
	for channel := range n.heard {
		n.call(channel, "")
	}
	for {
		heard, err := connection.WaitForNotification(ctx)
		if err != nil {
			return true, err
		}
		n.call(heard.Channel, heard.Payload)
	}
}

// closeTime is how long it may take to say goodbye to the database.
const closeTime = time.Second

func (n *notices) close(ctx context.Context, connection *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTime)
	defer cancel()
	_ = connection.Close(ctx)
}

func (n *notices) call(channel, payload string) {
	for _, do := range n.heard[channel] {
		do(payload)
	}
}

// isRefused says that a server does not understand or allow a statement.
func isRefused(err error) bool {
	answer, is := errors.AsType[*pgconn.PgError](err)
	return is && slices.Contains(refusals, answer.Code[:2])
}
