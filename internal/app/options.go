package app

import (
	"os"
	"path/filepath"

	"minidock/internal/store"
)

// Data says where the data is.
type Data struct {
	// Folder has the files, and the database unless DatabaseURL names another; it is created when absent.
	Folder string
	// DatabaseURL is a PostgreSQL database; empty for SQLite in the folder.
	DatabaseURL string
	// Connections is the most connections to PostgreSQL.
	Connections int
}

// DefaultConnections is the default of Data.Connections.
const DefaultConnections = store.DefaultConnections

func (d Data) options() store.Options {
	return store.Options{Dir: d.Folder, URL: d.DatabaseURL, Connections: d.Connections}
}

func (d Data) blobs() string { return filepath.Join(d.Folder, "blobs") }

// Options say how a server is run, in the words of the command line.
type Options struct {
	Data
	// Addr is the address to listen on, AdminAddr that of the operators' pages; empty for none.
	Addr, AdminAddr string
	// PublicURL is where clients find the server; when empty, http:// and the address it listens on.
	PublicURL string
	// AppURL is where the front end's pages are; PublicURL when empty.
	AppURL string
	// MailFrom is the sender of mails; when empty, minidock at the host of PublicURL.
	MailFrom string
	// SMTPURL is the server that delivers mails; when empty, they are written to a folder in the data folder.
	SMTPURL string
	// AllowedOrigins are those of other front ends.
	AllowedOrigins []string
	// Introspection is everyone, staff or nobody; when empty, it depends on PublicURL.
	Introspection string
	// SecretKeyFile has the key that seals secrets in the database; when empty, secret.key in the data folder. It is made when absent.
	SecretKeyFile string
	// Limits are the values of limits other than the default, each as NAME=VALUE.
	Limits            []string
	RequestsPerMinute int
	// TrustedProxies are addresses or networks.
	TrustedProxies []string
	// LogLevel is debug, info, warn or error.
	LogLevel string
	// Stderr is where the log is written to.
	Stderr *os.File
}
