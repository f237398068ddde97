package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// server is a process that answers requests.
type server struct {
	name, url, admin string
	// log is the file that it writes to.
	log     string
	command *exec.Cmd
}

// servers are the two that are compared.
type servers struct{ limit, minidock *server }

// startAll builds and starts both servers.
func startAll(ctx context.Context, o options, dir string) (s *servers, err error) {
	s = &servers{}
	defer func() {
		if err != nil {
			s.stop()
		}
	}()
	limit, program := filepath.Join(dir, "limit"), o.server
	if err := build(ctx, limit, "minidock/bench/limit"); err != nil {
		return s, err
	}
	if program == "" {
		program = filepath.Join(dir, "minidock")
		if err := build(ctx, program, "minidock"); err != nil {
			return s, err
		}
	}
	if s.limit, err = start(ctx, "limit", dir, limit, func(addr, _ string) []string {
		return []string{"--addr", addr, "--data", o.data, "--database-url", o.databaseURL}
	}); err != nil {
		return s, err
	}
	s.minidock, err = start(ctx, "minidock", dir, program, func(addr, admin string) []string {
		arguments := []string{"--addr", addr, "--admin-addr", admin, "--data", o.data}
		if o.databaseURL != "" {
			arguments = append(arguments, "--database-url", o.databaseURL)
		}
		if o.short {
			arguments = append(arguments, "--log-level", "debug") // with each statement
		}
		return arguments
	})
	return s, err
}

func build(ctx context.Context, to, from string) error {
	command := exec.CommandContext(ctx, "go", "build", "-ldflags=-s -w", "-o", to, from)
	command.Stderr = os.Stderr
	return command.Run()
}

// startTime is how long a server may take until it answers.
const startTime = 30 * time.Second

func start(ctx context.Context, name, dir, program string, arguments func(addr, admin string) []string) (*server, error) {
	addr, err := freeAddress()
	if err != nil {
		return nil, err
	}
	admin, err := freeAddress()
	if err != nil {
		return nil, err
	}
	s := &server{name: name, url: "http://" + addr, admin: "http://" + admin, log: filepath.Join(dir, name+".log")}
	log, err := os.Create(s.log)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	s.command = exec.Command(program, arguments(addr, admin)...)
	s.command.Stderr, s.command.Stdout = log, log
	if err := s.command.Start(); err != nil {
		return nil, err
	}
	for end := time.Now().Add(startTime); time.Now().Before(end) && ctx.Err() == nil; time.Sleep(20 * time.Millisecond) {
		if answer, err := http.Get(s.url + "/healthz"); err == nil {
			return s, answer.Body.Close()
		}
	}
	said, _ := os.ReadFile(s.log)
	s.stop()
	return nil, fmt.Errorf("%s does not answer; it says:\n%s", name, said)
}

// freeAddress returns a loopback address that nobody listens on.
func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

func (s *servers) stop() {
	for _, one := range []*server{s.limit, s.minidock} {
		if one != nil {
			one.stop()
		}
	}
}

func (s *server) stop() {
	_ = s.command.Process.Signal(os.Interrupt)
	_ = s.command.Wait()
}

// ticks is how many units of CPU time /proc counts in a second: Linux tells programs 100, whatever the kernel is built with.
const ticks = 100

// cpu returns how many seconds of CPU time a process has taken, with those of its children that have ended.
func cpu(pid int) (float64, error) {
	fields, err := statOf(pid)
	if err != nil {
		return 0, err
	}
	sum := 0
	for _, field := range fields[11:15] { // utime, stime, cutime and cstime
		n, err := strconv.Atoi(field)
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return float64(sum) / ticks, nil
}

// statOf returns the fields of /proc/PID/stat that follow the program's name: the state, the parent, and so on.
func statOf(pid int) ([]string, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil, err
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 15 {
		return nil, errors.New("/proc has an unknown form")
	}
	return fields, nil
}

// memory returns how many MiB of a process are resident now, and were at most.
func memory(pid int) (now, most float64) {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(text)) {
		var kib float64
		if _, err := fmt.Sscanf(line, "VmRSS: %f kB", &kib); err == nil {
			now = kib / 1024
		}
		if _, err := fmt.Sscanf(line, "VmHWM: %f kB", &kib); err == nil {
			most = kib / 1024
		}
	}
	return now, most
}

// processes are those of a server, and those of its PostgreSQL on this machine.
type processes struct {
	server int
	// postmaster is the process whose children work for PostgreSQL; 0 for none.
	postmaster int
}

// cpu returns how many seconds of CPU time all of them have taken.
func (p processes) cpu() (float64, error) {
	sum, err := cpu(p.server)
	if err != nil || p.postmaster == 0 {
		return sum, err
	}
	all, err := os.ReadDir("/proc")
	if err != nil {
		return 0, err
	}
	for _, entry := range all {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		fields, err := statOf(pid)
		if err != nil || pid != p.postmaster && fields[1] != strconv.Itoa(p.postmaster) {
			continue // it has ended, or is somebody else's
		}
		one, err := cpu(pid)
		if err != nil {
			continue
		}
		sum += one
	}
	return sum, nil
}

// postmaster finds the process that accepts connections to the database, which has a child for each.
func postmaster(backend int) (int, error) {
	fields, err := statOf(backend)
	if err != nil {
		return 0, fmt.Errorf("PostgreSQL must run on this machine: %w", err)
	}
	return strconv.Atoi(fields[1])
}
