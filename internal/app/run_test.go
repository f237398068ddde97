package app

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3"

	"minidock/ent"
	"minidock/internal/moment"
	"minidock/internal/pgtest"
	"minidock/internal/secret"
	"minidock/internal/store"
)

// options are those of a server on a free port.
func options(t *testing.T) Options {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.Close() })
	return Options{
		Data: Data{Folder: filepath.Join(t.TempDir(), "not", "yet"), Connections: DefaultConnections},
		Addr: "127.0.0.1:0", LogLevel: "info", Stderr: log,
	}
}

// failsToRun returns the error of a server that must not start.
func failsToRun(t *testing.T, o Options) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	err := Run(ctx, o)
	if err == nil {
		t.Fatal("it serves")
	}
	return err.Error()
}

// What is wrong is said with the flag, its environment variable and something right, and leaves nothing behind.
func TestABadOptionEndsTheStartBeforeAnythingIsCreated(t *testing.T) {
	t.Parallel()
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { busy.Close() }) // after the subtests
	taken := busy.Addr().String()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		change func(*Options)
		want   []string
	}{
		"no address":         {func(o *Options) { o.Addr = "nonsense" }, []string{"--addr (MINIDOCK_ADDR)", "127.0.0.1:8080"}},
		"no port":            {func(o *Options) { o.Addr = "127.0.0.1:" }, []string{"--addr (MINIDOCK_ADDR)", "127.0.0.1:8080"}},
		"port too high":      {func(o *Options) { o.Addr = "127.0.0.1:65536" }, []string{"--addr (MINIDOCK_ADDR)", "127.0.0.1:8080"}},
		"busy":               {func(o *Options) { o.Addr = taken }, []string{"--addr (MINIDOCK_ADDR)", "another program uses " + taken, "--addr 127.0.0.1:"}},
		"of another machine": {func(o *Options) { o.Addr = "192.0.2.1:8080" }, []string{"--addr (MINIDOCK_ADDR)", "192.0.2.1:8080", "127.0.0.1:8080"}},
		"busy for operators": {func(o *Options) { o.AdminAddr = taken }, []string{"--admin-addr (MINIDOCK_ADMIN_ADDR)", "--admin-addr 127.0.0.1:"}},
		"operators":          {func(o *Options) { o.AdminAddr = "x" }, []string{"--admin-addr (MINIDOCK_ADMIN_ADDR)", `"x"`}},
		"origin":             {func(o *Options) { o.AllowedOrigins = []string{"localhost:5173"} }, []string{"--allowed-origin", "write http://localhost:5173"}},
		"public URL":         {func(o *Options) { o.PublicURL = "mini.example.org" }, []string{"--public-url (MINIDOCK_PUBLIC_URL)", "https://mini.example.org"}},
		"app URL":            {func(o *Options) { o.AppURL = "localhost:3000" }, []string{"--app-url (MINIDOCK_APP_URL)", "http://localhost:3000"}},
		"SMTP":               {func(o *Options) { o.SMTPURL = "mail.example.com:587/secret" }, []string{"--smtp-url (MINIDOCK_SMTP_URL)", "smtp://user:password@"}},
		"SMTP's policy":      {func(o *Options) { o.SMTPURL = "smtp://u:secret@h?tls=maybe" }, []string{"--smtp-url (MINIDOCK_SMTP_URL)", "?tls=required"}},
		"sender":             {func(o *Options) { o.MailFrom = "minidock" }, []string{"--mail-from (MINIDOCK_MAIL_FROM)", "minidock <no-reply@example.com>"}},
		"database":           {func(o *Options) { o.DatabaseURL = "mysql://u:secret@h/x" }, []string{"--database-url (MINIDOCK_DATABASE_URL)", "postgres://user:password@host:5432/name"}},
		"database away":      {func(o *Options) { o.DatabaseURL = "postgres://u:secret@127.0.0.1:1/x" }, []string{"--database-url (MINIDOCK_DATABASE_URL)", "check that the server runs"}},
		"connections":        {func(o *Options) { o.Connections = 0 }, []string{"--database-connections (MINIDOCK_DATABASE_CONNECTIONS)", "write 16"}},
		"proxy":              {func(o *Options) { o.TrustedProxies = []string{"10.0.0.0/8,proxy.local"} }, []string{"--trusted-proxy", `"proxy.local"`, "10.0.0.0/8"}},
		"limit":              {func(o *Options) { o.Limits = []string{"query-depth"} }, []string{"--limit (MINIDOCK_LIMIT)", "query-depth=20"}},
		"unknown limit":      {func(o *Options) { o.Limits = []string{"depth=3"} }, []string{"--limit (MINIDOCK_LIMIT)", "query-depth"}},
		"duration":           {func(o *Options) { o.Limits = []string{"read-time=5"} }, []string{"--limit (MINIDOCK_LIMIT)", "10s"}},
		"introspection":      {func(o *Options) { o.Introspection = "all" }, []string{"--introspection (MINIDOCK_INTROSPECTION)", "everyone, staff or nobody"}},
		"level":              {func(o *Options) { o.LogLevel = "loud" }, []string{"--log-level (MINIDOCK_LOG_LEVEL)", "debug, info, warn or error"}},
		"request limit":      {func(o *Options) { o.RequestsPerMinute = -1 }, []string{"--request-limit (MINIDOCK_REQUEST_LIMIT)", "-1"}},
		"no folder":          {func(o *Options) { o.Folder = "" }, []string{"--data (MINIDOCK_DATA)", "./data"}},
		"a file as folder":   {func(o *Options) { o.Folder = file }, []string{"--data (MINIDOCK_DATA)", file + " is a file"}},
		"below a file":       {func(o *Options) { o.Folder = filepath.Join(file, "x") }, []string{"--data (MINIDOCK_DATA)", file}},
		"no key":             {func(o *Options) { o.SecretKeyFile = file }, []string{"--secret-key-file (MINIDOCK_SECRET_KEY_FILE)", file, "base64"}},
		"no folder of keys":  {func(o *Options) { o.SecretKeyFile = "/nowhere/key" }, []string{"--secret-key-file (MINIDOCK_SECRET_KEY_FILE)", "no folder /nowhere"}},
		"everything at once": {func(o *Options) { o.Addr, o.LogLevel, o.SMTPURL = "x", "x", "secret" }, []string{"--addr", "--log-level", "--smtp-url"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(t)
			folder := o.Folder
			test.change(&o)
			message := failsToRun(t, o)
			for _, want := range test.want {
				if !strings.Contains(message, want) {
					t.Errorf("want %q in %s", want, message)
				}
			}
			if strings.Contains(message, "secret@") || strings.Contains(message, "/secret") {
				t.Errorf("a password is shown: %s", message)
			}
			if _, err := os.Stat(filepath.Dir(folder)); err == nil {
				t.Error("something was created")
			}
		})
	}
	if content, err := os.ReadFile(file); err != nil || string(content) != "no key" {
		t.Errorf("the file was changed: %q, %v", content, err)
	}
}

func TestWhatTheDataFolderMustNotHoldEndsTheStart(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"blobs": "blobs is a file", "mail": "mail is a file", "minidock.db": "not a database", "secret.key": "--secret-key-file"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(t)
			o.Folder = t.TempDir()
			if err := os.WriteFile(filepath.Join(o.Folder, name), []byte(strings.Repeat("something else ", 100)), 0o600); err != nil {
				t.Fatal(err)
			}
			if message := failsToRun(t, o); !strings.Contains(message, want) || !strings.Contains(message, o.Folder) {
				t.Errorf("want %q in %s", want, message)
			}
			checkFiles(t, o.Folder, name)
		})
	}
}

func checkFiles(t *testing.T, folder string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), "minidock.db-") { // SQLite's own
			names = append(names, entry.Name())
		}
	}
	if fmt.Sprint(names) != fmt.Sprint(want) {
		t.Errorf("the folder holds %v, want %v", names, want)
	}
}

// oldDatabase makes a database that lacks the last migration and holds a secret that was sealed with another key.
func oldDatabase(t *testing.T, folder string) *sql.DB {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Dir: folder})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	other, err := secret.NewKey(bytes.Repeat([]byte{1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	user := addUser(t, s.Client)
	s.Client.SecondFactor.Create().SetID("factor").SetUserID(user).SetSecret(other.Seal("the secret", user)).SetCreatedAt(moment.Now()).SaveX(t.Context())
	db, err := sql.Open("sqlite3", store.SQLitePath(folder))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	execute(t, db, "DELETE FROM schema_migrations WHERE name = (SELECT max(name) FROM schema_migrations)")
	return db
}

func addUser(t *testing.T, client *ent.Client) (id string) {
	t.Helper()
	return client.User.Create().SetID("user").SetEmail("ann@example.com").SetDisplayName("Ann").SetPasswordHash("x").SetCreatedAt(moment.Now()).SaveX(t.Context()).ID
}

func execute(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func TestADatabaseIsNotMigratedBeforeItsKeyIsFound(t *testing.T) {
	t.Parallel()
	for _, hasKey := range []bool{false, true} {
		o := options(t)
		db := oldDatabase(t, o.Folder)
		want := []string{"minidock.db"}
		if hasKey {
			if _, err := secret.Create(o.keyFile()); err != nil {
				t.Fatal(err)
			}
			want = append(want, "secret.key")
		}
		message := failsToRun(t, o)
		if !strings.Contains(message, "--secret-key-file (MINIDOCK_SECRET_KEY_FILE)") || !strings.Contains(message, o.keyFile()) {
			t.Error(message)
		}
		checkFiles(t, o.Folder, want...)
		if pending, err := Migrate(t.Context(), o.Data, true); err != nil || len(pending) != 1 {
			t.Errorf("pending are %v, %v", pending, err)
		}
		execute(t, db, "SELECT 1")
	}
}

func TestADatabaseOfANewerProgramIsLeftAlone(t *testing.T) {
	t.Parallel()
	o := options(t)
	db := oldDatabase(t, o.Folder)
	execute(t, db, "INSERT INTO schema_migrations (name, checksum, applied_at) VALUES ('29990101000000_x.sql', 'h1', '')")
	if message := failsToRun(t, o); !strings.Contains(message, "newer version") || !strings.Contains(message, store.SQLitePath(o.Folder)) {
		t.Error(message)
	}
	checkFiles(t, o.Folder, "minidock.db")
}

func TestABusyPortLeavesAnOldDatabaseAsItIs(t *testing.T) {
	t.Parallel()
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	o := options(t)
	db := oldDatabase(t, o.Folder)
	execute(t, db, "DELETE FROM second_factors")
	o.Addr = busy.Addr().String()
	if message := failsToRun(t, o); !strings.Contains(message, "--addr") {
		t.Error(message)
	}
	checkFiles(t, o.Folder, "minidock.db")
	if pending, err := Migrate(t.Context(), o.Data, true); err != nil || len(pending) != 1 {
		t.Errorf("pending are %v, %v", pending, err)
	}
}

func TestTheStaffOfNoDatabaseIsNotListed(t *testing.T) {
	t.Parallel()
	o := options(t)
	if _, err := Staff(t.Context(), o.Data); err == nil || !strings.Contains(err.Error(), "--data (MINIDOCK_DATA)") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(filepath.Dir(o.Folder)); err == nil {
		t.Error("the data folder was made")
	}
}

// serves runs a server until it says that it serves, and then stops it.
func serves(t *testing.T, o Options) {
	t.Helper()
	log, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	o.Stderr = write
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() {
		ended <- Run(ctx, o)
		write.Close()
	}()
	lines := bufio.NewScanner(log)
	hasServed := false
	for lines.Scan() {
		if strings.Contains(lines.Text(), `"msg":"serving"`) {
			hasServed = true
			stop()
		}
	}
	if err := <-ended; err != nil || !hasServed {
		t.Fatalf("served: %t, %v", hasServed, err)
	}
}

func TestAServerMakesItsFolderAndStartsAgain(t *testing.T) {
	t.Parallel()
	o := options(t)
	for range 2 {
		serves(t, o)
	}
	checkFiles(t, o.Folder, "blobs", "mail", "minidock.db", "secret.key")
}

func TestAServerOnPostgreSQLMakesItsFolderAndStartsAgain(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.DatabaseURL = pgtest.Require(t).NewDatabase(t, "")
	for range 2 {
		serves(t, o)
	}
	checkFiles(t, o.Folder, "blobs", "mail", "secret.key")
}

func TestAPostgreSQLDatabaseThatCannotBeUsedLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	address := pgtest.Require(t).NewDatabase(t, "")
	for bad, want := range map[string]string{
		address + "&statement_timeout=x": "statement_timeout",
		address + "&user=nobody":         "check that the server runs",
	} {
		o := options(t)
		o.DatabaseURL = bad
		if message := failsToRun(t, o); !strings.HasPrefix(message, "--database-url (MINIDOCK_DATABASE_URL): ") || !strings.Contains(message, want) {
			t.Errorf("want %q in %s", want, message)
		}
		if _, err := os.Stat(filepath.Dir(o.Folder)); err == nil {
			t.Error("something was created")
		}
	}
	if pending, err := Migrate(t.Context(), Data{Folder: t.TempDir(), DatabaseURL: address, Connections: 1}, true); err != nil || len(pending) < 2 {
		t.Errorf("the database was migrated: pending are %v, %v", pending, err)
	}
}
