package app

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strconv"
	"syscall"
)

// listen binds an address that a flag names. The error says which other address would do.
func listen(flag, address string) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	switch {
	case err == nil:
		return listener, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, badFlag(flag, "another program uses %s; stop it, or choose another port: --%s %s", address, flag, freeNear(address))
	case errors.Is(err, fs.ErrPermission):
		return nil, badFlag(flag, "this user may not listen on %s; choose a port from 1024: --%s %s", address, flag, freeNear(withPort(address, 8079)))
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, badFlag(flag, "this machine does not have the address %s; write 127.0.0.1:8080, or 0.0.0.0:8080 for all networks", address)
	}
	return nil, badFlag(flag, "the program cannot listen on %s: %w; write 127.0.0.1:8080, for example", address, err)
}

// freeNear returns the address with the next port that is free, or with 0 for any.
func freeNear(address string) string {
	_, text, _ := net.SplitHostPort(address)
	port, err := net.LookupPort("tcp", text)
	if err != nil {
		return address
	}
	for next := port + 1; next <= port+20 && next <= 65535; next++ {
		other := withPort(address, next)
		if listener, err := net.Listen("tcp", other); err == nil {
			_ = listener.Close()
			return other
		}
	}
	return withPort(address, 0)
}

func withPort(address string, port int) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Sprint("127.0.0.1:", port)
	}
	return net.JoinHostPort(host, strconv.Itoa(port))
}
