package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/jackc/pgx/v5"

	"minidock/internal/store"
)

// bench compares the servers.
type bench struct {
	options
	data     *dataset
	database *store.Store
	servers  *servers
	// postmaster is the process of PostgreSQL on this machine; 0 with SQLite.
	postmaster int
}

// result is what requests have cost.
type result struct {
	cpu      float64
	requests int
	took     []time.Duration
}

func (r *result) add(s result) {
	r.cpu, r.requests, r.took = r.cpu+s.cpu, r.requests+s.requests, append(r.took, s.took...)
}

// perThousand returns the seconds of CPU time of a thousand requests.
func (r result) perThousand() float64 { return 1000 * r.cpu / float64(r.requests) }

func (r result) percentile(p float64) float64 {
	slices.Sort(r.took)
	return float64(r.took[min(len(r.took)-1, int(p*float64(len(r.took))))].Microseconds()) / 1000
}

// measure runs each operation over each number of connections and prints a table.
func (b *bench) measure(ctx context.Context, operations []operation, connections []int) (err error) {
	if b.databaseURL != "" {
		if b.postmaster, err = b.findPostmaster(ctx); err != nil {
			return err
		}
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\tconnections\tlimit\tminidock\tratio\tlimit p50\tp99\tminidock p50\tp99\tMiB\t")
	for _, o := range operations {
		for _, n := range connections {
			of := map[*server]*result{b.servers.limit: {}, b.servers.minidock: {}}
			if err := b.alternate(ctx, o, n, of); err != nil {
				return err
			}
			limit, product := of[b.servers.limit], of[b.servers.minidock]
			resident, _ := memory(b.servers.minidock.command.Process.Pid)
			fmt.Fprintf(table, "%s\t%d\t%.3f\t%.3f\t%.2f\t%.2f\t%.2f\t%.2f\t%.2f\t%.0f\t\n", o.name, n, limit.perThousand(), product.perThousand(),
				product.perThousand()/limit.perThousand(), limit.percentile(0.5), limit.percentile(0.99), product.percentile(0.5), product.percentile(0.99), resident)
		}
		if err := b.writeProfiles(ctx, o); err != nil {
			return err
		}
	}
	fmt.Println("Seconds of CPU time for 1,000 requests, of server and database; milliseconds; resident memory of minidock.")
	return table.Flush()
}

func (b *bench) findPostmaster(ctx context.Context) (int, error) {
	connection, err := pgx.Connect(ctx, b.databaseURL)
	if err != nil {
		return 0, err
	}
	defer connection.Close(ctx)
	return postmaster(int(connection.PgConn().PID()))
}

// alternate sends the requests of an operation to both servers in turn. The first round warms up and is not counted.
func (b *bench) alternate(ctx context.Context, o operation, connections int, of map[*server]*result) error {
	count := max(connections, int(float64(o.requests)*b.scale))
	requests, err := b.prepare(ctx, o, count)
	if err != nil {
		return err
	}
	for round := range b.rounds + 1 {
		for _, one := range []*server{b.servers.limit, b.servers.minidock} {
			if o.shape != nil {
				requests = o.prepare(b.data, count) // with names that are new
				err = b.data.renew(ctx, b.database.Client)
			}
			if err = errors.Join(err, b.data.extend(ctx, b.database.Client)); err != nil {
				return err
			}
			took, err := b.run(ctx, one, o, requests, connections)
			if err != nil {
				return err
			}
			if round > 0 {
				of[one].add(took)
			}
		}
	}
	return nil
}

// prepare makes the requests of an operation with their answers, on which both servers must agree.
func (b *bench) prepare(ctx context.Context, o operation, count int) ([]request, error) {
	requests, known := o.prepare(b.data, count), map[string][]byte{}
	if o.shape != nil {
		return requests, nil
	}
	limit, product := newClient(b.servers.limit, 1), newClient(b.servers.minidock, 1)
	defer limit.close()
	defer product.close()
	for n, r := range requests {
		key := string(r.body) + r.token
		if known[key] == nil {
			answer, _, err := limit.send(ctx, r)
			if err != nil {
				return nil, fmt.Errorf("%s by limit: %w", o.name, err)
			}
			got, _, err := product.send(ctx, r)
			r.answer = answer
			if err := errors.Join(err, o.judge(r, got)); err != nil {
				return nil, fmt.Errorf("%s by minidock: %w", o.name, err)
			}
			known[key] = answer
		}
		requests[n].answer = known[key]
	}
	return requests, nil
}

func (b *bench) run(ctx context.Context, on *server, o operation, requests []request, connections int) (result, error) {
	client := newClient(on, connections)
	defer client.close()
	of := processes{on.command.Process.Pid, b.postmaster}
	before, err := of.cpu()
	if err != nil {
		return result{}, err
	}
	took, err := client.sendAll(ctx, o, requests)
	if err != nil {
		return result{}, err
	}
	after, err := of.cpu()
	return result{after - before, len(requests), took}, err
}

// profiled is over how many connections and for how many seconds an operation is sent while it is profiled.
const profiled, profileSeconds = 16, 5

// writeProfiles writes where the server spends its time in an operation, and what it allocates.
func (b *bench) writeProfiles(ctx context.Context, o operation) error {
	if b.profile == "" {
		return nil
	}
	if err := os.MkdirAll(b.profile, 0o755); err != nil {
		return err
	}
	requests, err := b.prepare(ctx, o, o.requests)
	if err != nil {
		return err
	}
	failed := make(chan error, 1)
	go func() {
		failed <- b.fetch(ctx, fmt.Sprintf("/debug/pprof/profile?seconds=%d", profileSeconds), o.name+".cpu.pprof")
	}()
	for began := time.Now(); time.Since(began) < profileSeconds*time.Second; {
		if o.shape != nil {
			requests, err = o.prepare(b.data, o.requests), b.data.renew(ctx, b.database.Client)
		}
		if err == nil {
			_, err = b.run(ctx, b.servers.minidock, o, requests, profiled)
		}
		if err != nil {
			return err
		}
	}
	return errors.Join(<-failed, b.fetch(ctx, "/debug/pprof/allocs", o.name+".allocs.pprof"))
}

func (b *bench) fetch(ctx context.Context, path, name string) error {
	sent, err := http.NewRequestWithContext(ctx, http.MethodGet, b.servers.minidock.admin+path, nil)
	if err != nil {
		return err
	}
	received, err := http.DefaultClient.Do(sent)
	if err != nil {
		return err
	}
	defer received.Body.Close()
	file, err := os.Create(filepath.Join(b.profile, name))
	if err != nil {
		return err
	}
	_, err = io.Copy(file, received.Body)
	return errors.Join(err, file.Close())
}

// checked is how many requests of each operation are sent to check them.
const checked = 20

// check sends some requests of each operation, and checks the answers and the numbers of statements that they take.
func (b *bench) check(ctx context.Context, operations []operation) error {
	client := newClient(b.servers.minidock, 1)
	defer client.close()
	if err := b.data.extend(ctx, b.database.Client); err != nil {
		return err
	}
	ids := map[string][]string{}
	for _, o := range operations {
		requests, err := b.prepare(ctx, o, checked)
		if err != nil {
			return err
		}
		if o.shape != nil {
			limit := newClient(b.servers.limit, 1)
			_, err := limit.sendAll(ctx, o, requests)
			limit.close()
			if err = errors.Join(err, b.data.renew(ctx, b.database.Client)); err != nil {
				return err
			}
			requests = o.prepare(b.data, checked)
		}
		for _, r := range requests {
			answer, requestID, err := client.send(ctx, r)
			if err := errors.Join(err, o.judge(r, answer)); err != nil {
				return fmt.Errorf("%s: %w", o.name, err)
			}
			ids[o.name] = append(ids[o.name], requestID)
		}
	}
	statements, err := b.servers.minidock.statements()
	if err != nil {
		return err
	}
	for _, o := range operations {
		most := 0
		for _, requestID := range ids[o.name] {
			if statements[requestID] == 0 {
				return fmt.Errorf("%s: the log has no statement of request %s", o.name, requestID)
			}
			most = max(most, statements[requestID])
		}
		if most > o.statements {
			return fmt.Errorf("%s takes %d statements, and should take %d", o.name, most, o.statements)
		}
		fmt.Printf("%s: %d answers are right; %d statements each, of at most %d\n", o.name, checked, most, o.statements)
	}
	return nil
}

// statements counts the statements of each request in the server's log.
func (s *server) statements() (map[string]int, error) {
	log, err := os.Open(s.log)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	counts, lines := map[string]int{}, bufio.NewScanner(log)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var line struct{ Msg, RequestID string }
		if strings.Contains(lines.Text(), `"statement"`) && json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "statement" {
			counts[line.RequestID]++
		}
	}
	return counts, lines.Err()
}
