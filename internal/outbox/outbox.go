// Package outbox sends mails that were written in the transaction of their cause: no mail is sent about what was rolled back, and none
// about what was committed is lost.
package outbox

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"minidock/ent"
	entmail "minidock/ent/mail"
	"minidock/ent/predicate"
	"minidock/internal/id"
	"minidock/internal/mail"
	"minidock/internal/operation"
	"minidock/internal/request"
	"minidock/internal/store"
)

const (
	// pollInterval is how often due mails are looked for without being woken.
	pollInterval = 5 * time.Second
	// firstWait is how long a mail waits after the first try, and for how long nobody else sends one that is being sent: longer than
	// sending takes. Each further wait is twice as long as the one before, up to longestWait.
	firstWait   = time.Minute
	longestWait = time.Hour
	// maxTries is how often sending is tried, which takes most of a day.
	maxTries = 24
	// batch is how many mails are looked for at once.
	batch = 50
)

// Entry is a mail to be sent. About is the id of what it is about.
type Entry struct {
	Kind      mail.Kind
	To, About string
}

// Write writes a mail in the transaction of its cause, in the language of the request. It is sent after the commit.
func (o *Outbox) Write(ctx context.Context, tx *operation.Tx, entry Entry) error {
	err := tx.Mail.Create().SetID(id.New(id.Mail)).SetKind(entmail.Kind(entry.Kind)).SetTo(entry.To).SetAbout(entry.About).
		SetLanguage(request.Language(ctx).String()).SetCreatedAt(tx.Now).SetNextTryAt(tx.Now).Exec(ctx)
	if err != nil {
		return fmt.Errorf("write a mail: %w", err)
	}
	tx.After(o.Wake)
	return nil
}

// Cancel deletes mails that were not sent. It waits for the transaction of Hold while a mail is being composed.
func Cancel(ctx context.Context, tx *ent.Tx, which ...predicate.Mail) error {
	if _, err := tx.Mail.Delete().Where(which...).Exec(ctx); err != nil {
		return fmt.Errorf("cancel mails: %w", err)
	}
	return nil
}

// Hold says whether a mail still exists, and keeps it from being canceled until the transaction ends.
func Hold(ctx context.Context, tx *ent.Tx, entry *ent.Mail) (bool, error) {
	held, err := tx.Mail.Query().Where(entmail.ID(entry.ID), store.Held).IDs(ctx)
	if err != nil {
		return false, fmt.Errorf("hold a mail: %w", err)
	}
	return len(held) > 0, nil
}

// Compose returns the text of a mail, or nil when it is no longer needed.
type Compose func(context.Context, *ent.Mail) (*mail.Message, error)

// Outbox sends mails.
type Outbox struct {
	client  *ent.Client
	sender  mail.Sender
	compose Compose
	now     func() time.Time
	log     *slog.Logger
	woken   chan struct{}
}

// New returns the outbox of a database.
func New(client *ent.Client, sender mail.Sender, compose Compose, now func() time.Time, log *slog.Logger) *Outbox {
	return &Outbox{client: client, sender: sender, compose: compose, now: now, log: log, woken: make(chan struct{}, 1)}
}

// Wake makes the outbox look for due mails at once.
func (o *Outbox) Wake() {
	select {
	case o.woken <- struct{}{}:
	default: // it is woken already
	}
}

// Run sends mails as they become due, until the context ends. A mail that is being sent then is finished.
func (o *Outbox) Run(ctx context.Context) {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		if err := o.SendDue(ctx); err != nil && ctx.Err() == nil {
			o.log.ErrorContext(ctx, "outbox", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-o.woken:
		case <-ticker.C:
		}
	}
}

// SendDue sends all mails that are due. A mail that cannot be sent is tried again later; errors are those of the database.
func (o *Outbox) SendDue(ctx context.Context) error {
	for {
		due, err := o.client.Mail.Query().Where(entmail.NextTryAtLTE(o.now())).Order(entmail.ByNextTryAt()).Limit(batch).All(ctx)
		if err != nil {
			return fmt.Errorf("look for mails: %w", err)
		}
		for _, entry := range due {
			if err := o.send(ctx, entry); err != nil {
				return err
			}
		}
		if len(due) < batch {
			return nil
		}
	}
}

// send sends a mail unless another process has taken it. A process that is killed at the wrong moment may have sent a mail that is sent
// again; none is lost.
func (o *Outbox) send(ctx context.Context, entry *ent.Mail) error {
	taken, err := o.client.Mail.Update().AddTries(1).SetNextTryAt(o.now().Add(wait(entry.Tries))).
		Where(entmail.ID(entry.ID), entmail.NextTryAt(entry.NextTryAt)).Save(ctx)
	if err != nil || taken == 0 {
		return err
	}
	err = o.deliver(context.WithoutCancel(ctx), entry)
	if err != nil && !mail.IsPermanent(err) && entry.Tries+1 < maxTries {
		o.log.WarnContext(ctx, "a mail could not be sent and is tried again", "mail", entry.ID, "kind", entry.Kind, "tries", entry.Tries+1, "error", err.Error())
		return nil
	}
	if err != nil {
		o.log.ErrorContext(ctx, "a mail could not be sent and is given up", "mail", entry.ID, "kind", entry.Kind, "tries", entry.Tries+1, "error", err.Error())
	}
	return o.forget(context.WithoutCancel(ctx), entry)
}

func (o *Outbox) deliver(ctx context.Context, entry *ent.Mail) error {
	message, err := o.compose(ctx, entry)
	if err != nil || message == nil {
		return err
	}
	return o.sender.Send(ctx, *message)
}

func (o *Outbox) forget(ctx context.Context, entry *ent.Mail) error {
	if _, err := o.client.Mail.Delete().Where(entmail.ID(entry.ID)).Exec(ctx); err != nil {
		return fmt.Errorf("forget a mail: %w", err)
	}
	return nil
}

// wait returns how long a mail waits after this many tries.
func wait(tries int) time.Duration {
	wait := firstWait
	for ; tries > 0 && wait < longestWait; tries-- {
		wait *= 2
	}
	return min(wait, longestWait)
}
