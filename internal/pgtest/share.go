package pgtest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// join returns the cluster of the `go test` that runs this process, which its processes share: the first one starts it, and it ends
// with `go test`. A process that runs otherwise gets a cluster of its own.
func join() (*Cluster, error) {
	run := os.Getppid()
	program, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", run))
	if err != nil || filepath.Base(program) != "go" {
		return Start()
	}
	dir := filepath.Join(memory(), fmt.Sprintf("minidock-postgres-%d", run))
	unlock, err := lock(filepath.Join(memory(), "minidock-postgres.lock"))
	if err != nil {
		return nil, err
	}
	defer unlock()
	c := &Cluster{dir: dir}
	if _, err := os.Stat(filepath.Join(dir, "data")); err == nil {
		return c, c.wait()
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return nil, err
	}
	return start(dir, run)
}

// lock waits until no other process holds the lock.
func lock(filename string) (unlock func(), err error) {
	file, err := os.OpenFile(filename, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() { _ = file.Close() }, nil
}

// memory returns a folder in memory where 2 GiB are free in one, and otherwise the one for temporary files.
func memory() string {
	const folder, enough = "/dev/shm", 2 << 30
	var s syscall.Statfs_t
	if err := syscall.Statfs(folder, &s); err != nil || s.Bavail*uint64(s.Bsize) < enough {
		return os.TempDir()
	}
	return folder
}
