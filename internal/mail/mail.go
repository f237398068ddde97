// Package mail writes the texts of mails and delivers messages.
package mail

import "context"

// Message is one mail to one person. To is one plain address, Text is always there, and HTML says the same or is empty.
type Message struct{ To, Subject, Text, HTML string }

// Sender delivers messages.
type Sender interface {
	// Send returns without an error when the next server has accepted the message. After an error it may be sent again unless IsPermanent;
	// the receiver may then get it twice.
	Send(ctx context.Context, m Message) error
}
