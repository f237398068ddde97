package limit

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The most that a limit may be set to: far beyond use, and small enough for sums of limits.
const (
	maxNumber = 1_000_000_000
	maxBytes  = 1 << 30
	maxTime   = 30 * 24 * time.Hour
)

// setting is a limit's name on the command line and its value.
type setting struct {
	name string
	// value is an *int for a number, an *int64 for bytes or a *time.Duration.
	value any
}

func (l *Limits) settings() []setting {
	return []setting{
		{"query-characters", &l.QueryCharacters},
		{"query-tokens", &l.QueryTokens},
		{"query-tokens-signed-out", &l.QueryTokensSignedOut},
		{"query-depth", &l.QueryDepth},
		{"query-aliases", &l.QueryAliases},
		{"query-directives", &l.QueryDirectives},
		{"query-root-fields", &l.QueryRootFields},
		{"mutation-root-fields", &l.MutationRootFields},
		{"query-cost", &l.QueryCost},
		{"query-cost-signed-out", &l.QueryCostSignedOut},
		{"query-searches", &l.QuerySearches},
		{"list-length", &l.ListLength},
		{"answer-bytes", &l.AnswerBytes},
		{"header-bytes", &l.HeaderBytes},
		{"body-bytes", &l.BodyBytes},
		{"body-bytes-signed-out", &l.BodyBytesSignedOut},
		{"body-memory", &l.BodyMemory},
		{"file-bytes", &l.FileBytes},
		{"beside-bytes", &l.BesideBytes},
		{"upload-space", &l.UploadSpace},
		{"upload-rate", &l.UploadRate},
		{"upload-rate-time", &l.UploadRateTime},
		{"uploads", &l.Uploads},
		{"uploads-of-user", &l.UploadsOfUser},
		{"package-bytes", &l.PackageBytes},
		{"package-unpacked", &l.PackageUnpacked},
		{"package-files", &l.PackageFiles},
		{"package-ratio", &l.PackageRatio},
		{"header-time", &l.HeaderTime},
		{"read-time", &l.ReadTime},
		{"write-time", &l.WriteTime},
		{"idle-time", &l.IdleTime},
		{"request-time", &l.RequestTime},
		{"upload-time", &l.UploadTime},
		{"socket-init", &l.SocketInit},
		{"socket-subscriptions", &l.SocketSubscriptions},
		{"session-sockets", &l.SessionSockets},
		{"socket-frame", &l.SocketFrame},
		{"stream-ping", &l.StreamPing},
		{"session-time", &l.SessionTime},
		{"session-idle", &l.SessionIdle},
		{"session-end", &l.SessionEnd},
		{"password-queue", &l.PasswordQueue},
		{"sign-in-failures", &l.SignInFailures},
		{"sign-in-failure-time", &l.SignInFailureTime},
		{"sign-in-wait", &l.SignInWait},
		{"address-failures", &l.AddressFailures},
		{"address-failure-time", &l.AddressFailureTime},
		{"sign-ups", &l.SignUps},
		{"sign-up-time", &l.SignUpTime},
		{"totp-tries", &l.TotpTries},
		{"totp-time", &l.TotpTime},
		{"challenge-time", &l.ChallengeTime},
		{"mail-requests", &l.MailRequests},
		{"address-mail-requests", &l.AddressMailRequests},
		{"mail-request-time", &l.MailRequestTime},
		{"logo-changes", &l.LogoChanges},
		{"logo-change-time", &l.LogoChangeTime},
		{"versions", &l.Versions},
		{"version-uploads", &l.VersionUploads},
		{"owned-workspaces", &l.OwnedWorkspaces},
		{"invitations", &l.Invitations},
		{"inviter-invitations", &l.InviterInvitations},
		{"address-invitations", &l.AddressInvitations},
		{"invitation-limit-time", &l.InvitationLimitTime},
		{"invitation-time", &l.InvitationTime},
		{"token-time", &l.TokenTime},
		{"api-tokens", &l.APITokens},
		{"new-api-tokens", &l.NewAPITokens},
		{"new-api-token-time", &l.NewAPITokenTime},
		{"search-rows", &l.SearchRows},
		{"sweep-interval", &l.SweepInterval},
		{"file-grace", &l.FileGrace},
	}
}

// With returns the limits with these values, or the errors of all values.
func (l Limits) With(values map[string]string) (Limits, error) {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(values)) {
		errs = append(errs, l.Set(name, values[name]))
	}
	return l, errors.Join(errs...)
}

// Set sets a limit to a number, to bytes such as 512KiB, or to a time such as 10s. Its errors for unknown names and invalid values say what
// is allowed.
func (l *Limits) Set(name, value string) error {
	settings := l.settings()
	i := slices.IndexFunc(settings, func(s setting) bool { return s.name == name })
	if i < 0 {
		names := make([]string, len(settings))
		for i, s := range settings {
			names[i] = s.name
		}
		return fmt.Errorf("no limit is called %q; there are %s", name, strings.Join(names, ", "))
	}
	if allowed := settings[i].set(value); allowed != "" {
		return fmt.Errorf("limit %s: %q must be %s", name, value, allowed)
	}
	return nil
}

// set sets a limit, or returns which values are allowed.
func (s setting) set(value string) (allowed string) {
	switch at := s.value.(type) {
	case *int:
		if n, err := strconv.Atoi(value); err == nil && n >= 1 && n <= maxNumber {
			*at = n
			return ""
		}
		return fmt.Sprintf("a whole number from 1 to %d", maxNumber)
	case *int64:
		if n, ok := parseBytes(value); ok {
			*at = n
			return ""
		}
		return "a number of bytes from 1 to 1GiB, such as 65536, 64KiB or 1MiB"
	case *time.Duration:
		if d, err := time.ParseDuration(value); err == nil && d >= time.Millisecond && d <= maxTime {
			*at = d
			return ""
		}
		return "a time from 1ms to 720h, such as 500ms, 10s or 2m"
	}
	panic(fmt.Sprintf("limit %s is a %T", s.name, s.value))
}

func parseBytes(text string) (n int64, ok bool) {
	unit := int64(1)
	for suffix, size := range map[string]int64{"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30} {
		if number, found := strings.CutSuffix(text, suffix); found {
			text, unit = number, size
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n * unit, err == nil && n >= 1 && n <= maxBytes/unit
}
