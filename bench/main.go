// Command bench measures what requests cost in CPU time, as a ratio to the limit: a server written by hand for the same answers on the same
// tables. It makes its data with a fixed seed, builds and starts both servers on loopback addresses, sends them the same requests in
// alternation and checks every answer. It runs on Linux, where /proc has the CPU time of processes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// options are the flags.
type options struct {
	databaseURL string
	data        string
	server      string
	profile     string
	only        string
	connections string
	rounds      int
	scale       float64
	short       bool
}

func main() {
	var o options
	flag.StringVar(&o.databaseURL, "database-url", "", "an empty PostgreSQL `database` of this machine, or one that bench has filled; default: SQLite in a temporary folder")
	flag.StringVar(&o.data, "data", "", "the `folder` of the data, kept afterwards; default: a temporary folder, deleted afterwards")
	flag.StringVar(&o.server, "server", "", "a built `program` to measure in place of the one that is built")
	flag.StringVar(&o.profile, "profile", "", "write CPU and allocation profiles of the server into this `folder`")
	flag.StringVar(&o.only, "only", "", "`operations` to measure, such as R1,W1; default: all")
	flag.StringVar(&o.connections, "connections", "1,16,64", "how many `connections` send requests at once")
	flag.IntVar(&o.rounds, "rounds", 5, "how often the two servers alternate")
	flag.Float64Var(&o.scale, "scale", 1, "multiplies how many requests are sent")
	flag.BoolVar(&o.short, "short", false, "send each request once, and check the answers and how many statements they take")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) (err error) {
	operations, err := chosen(o.only)
	if err != nil {
		return err
	}
	connections, err := numbers(o.connections)
	if err != nil {
		return err
	}
	temporary, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temporary)) }()
	if o.data == "" {
		o.data = filepath.Join(temporary, "data")
	}
	data := newDataset()
	database, err := data.load(ctx, o.data, o.databaseURL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, database.Close()) }()
	servers, err := startAll(ctx, o, temporary)
	if err != nil {
		return err
	}
	defer servers.stop()
	b := &bench{options: o, data: data, servers: servers, database: database}
	if o.short {
		return b.check(ctx, operations)
	}
	return b.measure(ctx, operations, connections)
}

func chosen(names string) ([]operation, error) {
	if names == "" {
		return operations, nil
	}
	var found []operation
	for name := range strings.SplitSeq(names, ",") {
		one, ok := operationNamed(name)
		if !ok {
			return nil, fmt.Errorf("there is no operation %q", name)
		}
		found = append(found, one)
	}
	return found, nil
}

// maxConnections bounds what a run can ask of this machine.
const maxConnections = 256

func numbers(list string) ([]int, error) {
	var found []int
	for text := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxConnections {
			return nil, fmt.Errorf("%q is not a number of connections from 1 to %d", text, maxConnections)
		}
		found = append(found, n)
	}
	return found, nil
}
