// Package outbox sends mails that were written in the transaction of their cause: no mail is sent about what was rolled back, and none
// about what was committed is lost.
package outbox

import (
	"context"
	"fmt"
	"time"

	"minidock/ent"
	entmail "minidock/ent/mail"
	"minidock/ent/predicate"
	"minidock/internal/id"
	"minidock/internal/job"
	"minidock/internal/mail"
	"minidock/internal/operation"
	"minidock/internal/request"
	"minidock/internal/store"
)

// Kind is the kind of the jobs that send mails. All tries take most of a day.
var Kind = job.Kind{
	Name: "mail", Workers: 4, Timeout: 45 * time.Second, MaxTries: 24, FirstWait: time.Minute, LongestWait: time.Hour,
	GiveUp: func(ctx context.Context, tx *ent.Tx, about string, _ error) error {
		return Cancel(ctx, tx, entmail.ID(about))
	},
}

// Entry is a mail to be sent. About is the id of what it is about.
type Entry struct {
	Kind      mail.Kind
	To, About string
}

// Write writes a mail in the transaction of its cause, in the language of the request. It is sent after the commit.
func (o *Outbox) Write(ctx context.Context, tx *operation.Tx, entry Entry) error {
	key := id.New(id.Mail)
	err := tx.Mail.Create().SetID(key).SetKind(entmail.Kind(entry.Kind)).SetTo(entry.To).SetAbout(entry.About).
		SetLanguage(request.Language(ctx).String()).SetCreatedAt(tx.Now).Exec(ctx)
	if err != nil {
		return fmt.Errorf("write a mail: %w", err)
	}
	return o.jobs.Write(ctx, tx.Tx, Kind.Name, key, tx.Now)
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
	jobs    *job.Queue
	sender  mail.Sender
	compose Compose
}

// New returns the outbox of a database, whose mails are sent by the jobs of a queue.
func New(client *ent.Client, jobs *job.Queue, sender mail.Sender, compose Compose) *Outbox {
	o := &Outbox{client: client, jobs: jobs, sender: sender, compose: compose}
	jobs.Handle(Kind, o.send)
	return o
}

// send sends a mail, unless it was canceled. A process that dies at the wrong moment may have sent a mail that is sent again; none is lost.
func (o *Outbox) send(ctx context.Context, try *job.Try) error {
	entry, err := o.client.Mail.Query().Where(entmail.ID(try.About)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read a mail: %w", err)
	}
	if err := o.deliver(ctx, entry); err != nil {
		return permanentIf(mail.IsPermanent(err), fmt.Errorf("a mail of the kind %s: %w", entry.Kind, err))
	}
	return try.Finish(ctx, func(tx *ent.Tx) error { return Cancel(ctx, tx, entmail.ID(entry.ID)) })
}

func (o *Outbox) deliver(ctx context.Context, entry *ent.Mail) error {
	message, err := o.compose(ctx, entry)
	if err != nil || message == nil {
		return err
	}
	return o.sender.Send(ctx, *message)
}

func permanentIf(isPermanent bool, err error) error {
	if isPermanent {
		return job.Permanent(err)
	}
	return err
}
