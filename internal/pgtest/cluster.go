// Package pgtest starts a throw-away PostgreSQL cluster for tests. It needs PostgreSQL's server programs, and nothing that
// runs already.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// ErrNotInstalled says that there are no PostgreSQL server programs on this machine.
var ErrNotInstalled = errors.New("no PostgreSQL server programs in the path or in /usr/lib/postgresql/*/bin")

// Cluster is a running PostgreSQL server with databases of its own.
type Cluster struct {
	dir       string
	databases atomic.Int64
	// alive keeps the server of this process running; nil for one that is shared.
	alive io.WriteCloser
}

// shared is the cluster of this test run, started when it is first needed.
var shared = sync.OnceValues(join)

// Require returns the cluster that the tests of one run share, those of all packages. It skips the test where PostgreSQL's server
// programs are not installed, unless MINIDOCK_TEST_POSTGRES is "required".
func Require(t testing.TB) *Cluster {
	t.Helper()
	cluster, err := shared()
	if errors.Is(err, ErrNotInstalled) && os.Getenv("MINIDOCK_TEST_POSTGRES") != "required" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return cluster
}

// NewDatabase makes a database that ends with the test, a copy of template unless that is empty, and returns its address.
func (c *Cluster) NewDatabase(t testing.TB, template string) string {
	t.Helper()
	name, err := c.Create(t.Context(), template)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Drop(context.Background(), name) })
	return c.URL(name)
}

// keeper runs the server until its standard input is closed or, where it is given one, a process has ended. Then it removes all of
// the server.
const keeper = `"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses='' -c fsync=off -c synchronous_commit=off \
	-c full_page_writes=off -c max_connections=400 -c shared_buffers=64MB >"$2/log" 2>&1 & server=$!
if [ -n "$3" ]; then while [ -e "/proc/$3" ]; do sleep 0.2; done; else read -r _; fi
kill -QUIT $server; wait $server; cd /; rm -rf "$2"`

// Start makes a cluster that ends with this process, and waits until it answers. Without the server programs it gives
// ErrNotInstalled.
func Start() (*Cluster, error) {
	dir, err := os.MkdirTemp(memory(), "minidock-postgres-")
	if err != nil {
		return nil, err
	}
	return start(dir, 0)
}

// start makes a cluster in an empty folder. It ends with the process with this id, or with this process when that is 0.
func start(dir string, until int) (*Cluster, error) {
	programs, err := findPrograms()
	if err != nil {
		return nil, errors.Join(err, os.Remove(dir))
	}
	credential, err := unprivileged(dir)
	if err != nil {
		return nil, err
	}
	initdb := exec.Command(filepath.Join(programs, "initdb"), "-D", filepath.Join(dir, "data"), "-U", "postgres", "-A", "trust",
		"-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	initdb.Dir, initdb.SysProcAttr = dir, &syscall.SysProcAttr{Credential: credential}
	if output, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, output)
	}
	process := ""
	if until != 0 {
		process = strconv.Itoa(until)
	}
	server := exec.Command("sh", "-c", keeper, "sh", programs, dir, process)
	server.Dir, server.SysProcAttr = dir, &syscall.SysProcAttr{Credential: credential, Setpgid: true}
	c := &Cluster{dir: dir}
	if until == 0 {
		if c.alive, err = server.StdinPipe(); err != nil {
			return nil, err
		}
	}
	if err := server.Start(); err != nil {
		return nil, fmt.Errorf("start postgres: %w", err)
	}
	return c, c.wait()
}

// Stop ends the server, unless it is shared, and removes all of it.
func (c *Cluster) Stop() error {
	if c.alive == nil {
		return nil
	}
	return c.alive.Close()
}

// URL returns the address of a database of the cluster.
func (c *Cluster) URL(database string) string {
	return "postgres://postgres@/" + database + "?" + url.Values{"host": {c.dir}}.Encode()
}

// Create makes a database, a copy of the one called template unless that is empty, and returns its name.
func (c *Cluster) Create(ctx context.Context, template string) (string, error) {
	name := fmt.Sprintf("test_%d_%d", os.Getpid(), c.databases.Add(1))
	statement := "CREATE DATABASE " + name
	if template != "" {
		statement += " TEMPLATE " + template
	}
	return name, c.execute(ctx, statement)
}

// Template returns the name of a database to make others from, which fill fills when there is none yet. Of all processes that share
// the cluster, one fills it.
func (c *Cluster) Template(ctx context.Context, fill func(url string) error) (string, error) {
	const name = "template_filled"
	unlock, err := lock(filepath.Join(c.dir, "template.lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	filled := filepath.Join(c.dir, name)
	if _, err := os.Stat(filled); err == nil {
		return name, nil
	}
	if err := c.execute(ctx, "CREATE DATABASE "+name); err != nil {
		return "", err
	}
	if err := fill(c.URL(name)); err != nil {
		return "", errors.Join(err, c.Drop(ctx, name))
	}
	return name, os.WriteFile(filled, nil, 0o600)
}

// Drop removes a database and ends its connections.
func (c *Cluster) Drop(ctx context.Context, name string) error {
	return c.execute(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
}

func (c *Cluster) execute(ctx context.Context, statement string) error {
	connection, err := pgx.Connect(ctx, c.URL("postgres"))
	if err != nil {
		return err
	}
	defer connection.Close(ctx)
	_, err = connection.Exec(ctx, statement)
	return err
}

// wait returns when the server answers, or what kept it from doing so.
func (c *Cluster) wait() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		err := c.execute(ctx, "SELECT 1")
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			log, _ := os.ReadFile(filepath.Join(c.dir, "log"))
			return errors.Join(fmt.Errorf("postgres does not answer: %w: %s", err, log), c.Stop())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// findPrograms returns the folder of the newest server programs.
func findPrograms() (string, error) {
	folders, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", err
	}
	slices.SortFunc(folders, func(a, b string) int { return version(b) - version(a) })
	if inPath, err := exec.LookPath("postgres"); err == nil {
		folders = append([]string{filepath.Dir(inPath)}, folders...)
	}
	for _, folder := range folders {
		if _, err := os.Stat(filepath.Join(folder, "initdb")); err == nil {
			return folder, nil
		}
	}
	return "", ErrNotInstalled
}

func version(folder string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(folder)))
	return n
}

// unprivileged gives the folder to a user that PostgreSQL, which refuses to run as root, can run as. It is nil for users other
// than root.
func unprivileged(dir string) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.Atoi(found.Uid)
		gid, _ := strconv.Atoi(found.Gid)
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(dir, uid, gid)
	}
	return nil, errors.New("root needs a user called postgres or nobody to run PostgreSQL as")
}
