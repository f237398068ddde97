package app

import (
	"cmp"
	"errors"
	"log/slog"
	"net"
	"strings"

	"minidock/internal/limit"
	"minidock/internal/mail"
	"minidock/internal/store"
	"minidock/internal/web"
)

// settings are what options say, once they have been checked.
type settings struct {
	// publicURL is empty if it depends on the address that the server listens on; so is appURL if it is the public one.
	publicURL, appURL string
	allowedOrigins    []string
	introspection     web.Audience
	proxies           web.Proxies
	limits            limit.Limits
	level             slog.Level
}

// settings checks every option, and creates or opens nothing. The error has all that is wrong.
func (o Options) settings() (settings, error) {
	s := settings{limits: limit.Default}
	errs := []error{o.Data.check(), checkAddress("addr", o.Addr), o.checkMail()}
	if o.AdminAddr != "" {
		errs = append(errs, checkAddress("admin-addr", o.AdminAddr))
	}
	errs = append(errs,
		parseURL("public-url", o.PublicURL, &s.publicURL),
		parseURL("app-url", o.AppURL, &s.appURL),
		parseOrigins(o.AllowedOrigins, &s.allowedOrigins),
		parseAudience(o.Introspection, &s.introspection),
		parseProxies(o.TrustedProxies, &s.proxies),
		setLimits(o.Limits, &s.limits),
		parseLevel(o.LogLevel, &s.level))
	if o.RequestsPerMinute < 0 {
		errs = append(errs, badFlag("request-limit", "%d is negative; write a number of requests, or 0 for no limit", o.RequestsPerMinute))
	}
	return s, errors.Join(errs...)
}

// check judges the data folder's name and the database's address, without looking for them.
func (d Data) check() error {
	var errs []error
	if d.Folder == "" {
		errs = append(errs, badFlag("data", "it is empty; write a folder, such as ./data"))
	}
	if d.DatabaseURL != "" && !store.IsPostgres(d.DatabaseURL) { // the address is not repeated, since it may have a password
		errs = append(errs, badFlag("database-url",
			"it is not the address of a PostgreSQL database; write postgres://user:password@host:5432/name, with special characters in user and "+
				"password as %%40 and the like, or leave it out for SQLite in the data folder"))
	}
	if d.Connections < 1 || d.Connections > maxConnections {
		errs = append(errs, badFlag("database-connections", "%d is not a number from 1 to %d; write %d, for example", d.Connections, maxConnections, DefaultConnections))
	}
	return errors.Join(errs...)
}

// maxConnections is far beyond what a PostgreSQL server takes.
const maxConnections = 10_000

// checkAddress judges an address to listen on.
func checkAddress(flag, address string) error {
	_, port, err := net.SplitHostPort(address)
	if err == nil {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil || port == "" {
		return badFlag(flag, "%q is not an address to listen on; write a host and a port from 0 to 65535, such as 127.0.0.1:8080, or 0.0.0.0:8080 for all networks", address)
	}
	return nil
}

func (o Options) checkMail() error {
	var errs []error
	if o.MailFrom != "" && !mail.IsSender(o.MailFrom) {
		errs = append(errs, badFlag("mail-from", "%q is not one email address, with or without a name; write 'minidock <no-reply@example.com>', for example", o.MailFrom))
	}
	if o.SMTPURL != "" && !mail.IsServer(o.SMTPURL) { // it is not repeated, since it may have a password
		errs = append(errs, badFlag("smtp-url", "it is not the address of a mail server; write smtp://user:password@mail.example.com:587, "+
			"optionally with ?tls=required or ?tls=none, or smtps://user:password@mail.example.com:465; special characters in user and password as %%40 and the like"))
	}
	return errors.Join(errs...)
}

// setLimits sets limits, each written as NAME=VALUE.
func setLimits(texts []string, limits *limit.Limits) error {
	var errs []error
	for _, text := range values(strings.Split(strings.Join(texts, ","), ";")) {
		name, value, ok := strings.Cut(text, "=")
		if !ok {
			errs = append(errs, badFlag("limit", "%q is not NAME=VALUE; write query-depth=20, for example", text))
		} else if err := limits.Set(strings.TrimSpace(name), strings.TrimSpace(value)); err != nil {
			errs = append(errs, badFlag("limit", "%w", err))
		}
	}
	return errors.Join(errs...)
}

func parseProxies(texts []string, proxies *web.Proxies) error {
	var errs []error
	for _, text := range values(texts) {
		parsed, err := web.ParseProxies([]string{text})
		if err != nil {
			errs = append(errs, badFlag("trusted-proxy", "%q is neither an address nor a network; write 192.0.2.7 or 10.0.0.0/8, for example", text))
		}
		*proxies = append(*proxies, parsed...)
	}
	return errors.Join(errs...)
}

func parseAudience(text string, audience *web.Audience) error {
	switch found := web.Audience(text); found {
	case "", web.Everyone, web.Staff, web.Nobody:
		*audience = found
		return nil
	}
	return badFlag("introspection", "%q is unknown; write %s, %s or %s", text, web.Everyone, web.Staff, web.Nobody)
}

// levels are those of the command line.
var levels = map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}

func parseLevel(text string, level *slog.Level) error {
	found, ok := levels[strings.ToLower(cmp.Or(text, "info"))]
	if !ok {
		return badFlag("log-level", "%q is unknown; write debug, info, warn or error", text)
	}
	*level = found
	return nil
}
