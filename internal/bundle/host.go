package bundle

import (
	"bytes"
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"minidock/internal/fault"
)

const (
	// maxHosts is the most hosts that a report has.
	maxHosts = 200
	// maxURL is how much of a URL is looked at, and how much of what precedes one.
	maxURL = 300
	// scanned is how much of a file is searched at once.
	scanned = 64 << 10
)

// Host is a host that code connects to.
type Host struct {
	// Origin is scheme://host[:port], in lower case.
	Origin string `json:"origin"`
	// File is the name within the zip, and Line where the file first names the host.
	File string `json:"file"`
	Line int    `json:"line"`
	// IsInsecure says that the scheme is http or ws, or the host an IP address.
	IsInsecure bool `json:"isInsecure,omitempty"`
}

// code are the ends of files in which hosts are looked for.
var code = []string{".js", ".mjs", ".cjs", ".sjs", ".axml", ".acss"}

// names are hosts that only give names to formats: nobody connects to them.
var names = []string{"www.w3.org", "json-schema.org", "schemas.android.com", "ns.adobe.com", "purl.org"}

// usualPorts are the schemes of hosts, with the ports that go without saying.
var usualPorts = map[string]string{"http": ":80", "ws": ":80", "https": ":443", "wss": ":443"}

// hostScanner looks for hosts in the file that is written to it. A URL counts where a string or an attribute begins with it, or stands in
// "url(" of a style, so that sentences that mention one do not. Lines that begin with a mark of a comment are left out, since licences are
// full of addresses. A host is found once, where the file first names it.
type hostScanner struct {
	file   string
	found  []Host
	known  map[string]bool
	buffer []byte
	// line is that of the buffer's first byte; begun says whether it began before the buffer, and isComment whether it is one of comment.
	line             int
	begun, isComment bool
}

// isCode says whether hosts are looked for in a file.
func isCode(name string) bool {
	return !isInModules(name) && slices.ContainsFunc(code, func(end string) bool { return strings.HasSuffix(name, end) })
}

// reset begins a new file.
func (s *hostScanner) reset(file string) {
	*s = hostScanner{file: file, known: map[string]bool{}, buffer: s.buffer[:0], line: 1}
}

// Write never fails.
func (s *hostScanner) Write(p []byte) (int, error) {
	if len(s.found) == maxHosts {
		return len(p), nil
	}
	s.buffer = append(s.buffer, p...)
	if len(s.buffer) > scanned {
		s.scan(len(s.buffer) - maxURL)
	}
	return len(p), nil
}

// close searches the rest.
func (s *hostScanner) close() []Host {
	s.scan(len(s.buffer))
	return s.found
}

// scan looks for URLs whose mark begins before end, and keeps what is needed to find the next.
func (s *hostScanner) scan(end int) {
	for _, mark := range []string{"://", `:\/\/`} {
		spot := s.start()
		for at := 0; ; at += len(mark) {
			next := bytes.Index(s.buffer[at:end], []byte(mark))
			if next < 0 {
				break
			}
			at += next
			s.judge(at, &spot)
		}
	}
	kept := max(0, end-maxURL)
	spot := s.start()
	spot.move(s.buffer, kept)
	s.line, s.begun, s.isComment = spot.line, kept > 0 || s.begun, spot.isComment(s.buffer)
	s.buffer = append(s.buffer[:0], s.buffer[kept:]...)
}

// spot is a place in the buffer, which only moves forward. The line there begins at begin, or before the buffer if that is negative.
type spot struct {
	at, line, begin int
	wasComment      bool
}

func (s *hostScanner) start() spot {
	first := spot{line: s.line, wasComment: s.isComment}
	if s.begun {
		first.begin = -1
	}
	return first
}

func (s *spot) move(buffer []byte, to int) {
	passed := buffer[s.at:to]
	if last := bytes.LastIndexByte(passed, '\n'); last >= 0 {
		s.line += bytes.Count(passed, []byte{'\n'})
		s.begin = s.at + last + 1
	}
	s.at = to
}

// isComment says whether the line begins with the mark of a comment.
func (s *spot) isComment(buffer []byte) bool {
	if s.begin < 0 {
		return s.wasComment
	}
	line := bytes.TrimLeft(buffer[s.begin:min(len(buffer), s.begin+maxURL)], " \t\r\xEF\xBB\xBF")
	return slices.ContainsFunc([]string{"//", "/*", "*", "<!--"}, func(mark string) bool { return bytes.HasPrefix(line, []byte(mark)) })
}

// judge notes the host of the URL whose "://" is at an offset.
func (s *hostScanner) judge(at int, where *spot) {
	start := at
	for start > where.at && isLetter(s.buffer[start-1]) && at-start < len("https") {
		start--
	}
	before := s.buffer[max(0, start-len("url(")):start]
	if len(before) == 0 || !bytes.ContainsAny(before[len(before)-1:], "\"'`") && string(before) != "url(" || len(s.found) == maxHosts {
		return
	}
	host := readHost(s.buffer[start:at], s.buffer[at:min(len(s.buffer), at+maxURL)])
	if host.Origin == "" || s.known[host.Origin] {
		return
	}
	if where.move(s.buffer, start); !where.isComment(s.buffer) {
		host.File, host.Line = s.file, where.line
		s.found, s.known[host.Origin] = append(s.found, host), true
	}
}

// readHost reads a host from a scheme and what follows it. A host that a template or an expression completes is none.
func readHost(scheme, rest []byte) Host {
	rest = bytes.TrimPrefix(bytes.TrimPrefix(rest, []byte("://")), []byte(`:\/\/`))
	end := bytes.IndexFunc(rest, func(r rune) bool { return !isOfHost(r) })
	if end < 0 {
		end = len(rest)
	}
	if end == 0 || end < len(rest) && !bytes.ContainsAny(rest[end:end+1], "/\\?#\"'`) \t\r\n") {
		return Host{}
	}
	name, port := strings.ToLower(string(rest[:end])), ""
	if at := strings.LastIndexByte(name, ':'); at > strings.LastIndexByte(name, ']') {
		name, port = name[:at], name[at:]
	}
	return hostOf(strings.ToLower(string(scheme)), name, port)
}

// isOfHost says whether a host with its port may have the character.
func isOfHost(r rune) bool {
	return r < utf8.RuneSelf && (isLetter(byte(r)) || '0' <= r && r <= '9' || strings.ContainsRune(".-_:[]", r))
}

// hostOf returns a host with its scheme, or none for what is no host or nobody connects to.
func hostOf(scheme, name, port string) Host {
	usual, isKnown := usualPorts[scheme]
	if _, err := strconv.ParseUint(port[min(len(port), 1):], 10, 16); !isKnown || port != "" && err != nil {
		return Host{}
	}
	isAddress := isAddress(name)
	isName := name == "localhost" || strings.Contains(name, ".") && strings.Trim(name, ".") == name && !strings.ContainsAny(name, ":[]")
	if slices.Contains(names, name) || !isAddress && !isName {
		return Host{}
	}
	if port == usual {
		port = ""
	}
	return Host{Origin: scheme + "://" + name + port, IsInsecure: isAddress || scheme == "http" || scheme == "ws"}
}

// isAddress says whether a host is an IP address, in brackets if it is one of version 6.
func isAddress(name string) bool {
	inner := strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	address, err := netip.ParseAddr(inner)
	return err == nil && address.Is4() == (inner == name)
}

// HostWarnings returns what is to be said about hosts in code: INSECURE_HOST for each place, and HOST_NOT_CONFIGURED once for each host
// that is not among the server domains, which are origins in lower case.
func HostWarnings(hosts []Host, serverDomains []string) []Problem {
	found := problems{most: maxWarnings}
	seen := map[string]bool{}
	for _, host := range hosts {
		switch {
		case host.IsInsecure:
			found.add(problem(fault.InsecureHost, host.File, "host", host.Origin).at(host.Line, 0))
		case !seen[host.Origin] && !slices.Contains(serverDomains, host.Origin):
			seen[host.Origin] = true
			found.add(problem(fault.HostNotConfigured, host.File, "host", host.Origin).at(host.Line, 0))
		}
	}
	return found.list
}

func compareHosts(a, b Host) int {
	return cmp.Or(compareNames(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Origin, b.Origin))
}
