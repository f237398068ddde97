// Package mail is how minidock reaches people: it writes the texts of its mails and hands messages over for delivery.
package mail

import "context"

// Message is one mail to one person. To is one plain address, Text is always there, and HTML says the same or is empty.
type Message struct{ To, Subject, Text, HTML string }

// Sender hands messages over for delivery.
type Sender interface {
	// Send returns without an error when the message is in the hands of the next one to carry it. After an error it may be
	// sent again unless IsPermanent; the receiver may then have it twice.
	Send(ctx context.Context, m Message) error
}
