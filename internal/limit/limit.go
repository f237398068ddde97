// Package limit has the limits of requests, each of which is a setting of the command line.
package limit

import "time"

// Limits bound what clients may send and how long it may take. What is an int64 is in bytes.
type Limits struct {
	GraphQL
	Package

	// HeaderBytes is the most of a request's header.
	HeaderBytes int64
	// HeaderTime is how long a request's header may take to arrive.
	HeaderTime time.Duration
	// WriteTime is how long a client may take to receive an answer.
	WriteTime time.Duration
	// IdleTime is how long a connection may wait for its next request.
	IdleTime time.Duration

	// SessionTime is how long a session lasts from signing in, SessionIdle how long it lasts without being used.
	SessionTime, SessionIdle time.Duration
	// SessionEnd is how long the streams of a session that has ended may take to send their last messages.
	SessionEnd time.Duration
	// PasswordQueue is how many passwords may wait to be hashed.
	PasswordQueue int
	// SignInFailures is how often signing in to an account may fail within SignInFailureTime before it is blocked for that long. Each
	// further failure blocks it for twice as long, up to SignInWait.
	SignInFailures                int
	SignInFailureTime, SignInWait time.Duration
	// AddressFailures is how often signing in may fail from an address within AddressFailureTime.
	AddressFailures    int
	AddressFailureTime time.Duration
	// SignUps is how many accounts may be made from an address within SignUpTime.
	SignUps    int
	SignUpTime time.Duration
	// TotpTries is how many codes of an authenticator app may be tried for an account within TotpTime.
	TotpTries int
	TotpTime  time.Duration
	// ChallengeTime is how long a sign-in waits for the code of an authenticator app.
	ChallengeTime time.Duration
	// MailRequests is how many mails to an email address may be requested within MailRequestTime, and how many invitations sent to it;
	// AddressMailRequests is how many may be requested from a network address, and how often an account's password may be changed, of
	// which its owner is notified by mail.
	MailRequests, AddressMailRequests int
	MailRequestTime                   time.Duration
	// LogoChanges is how often a change of a mini program's logo may be tried within LogoChangeTime.
	LogoChanges    int
	LogoChangeTime time.Duration
	// Versions is how many versions of a mini program there can be that were never submitted for review; VersionUploads is how many may be
	// uploaded in a workspace in an hour.
	Versions, VersionUploads int
	// OwnedWorkspaces is how many workspaces an account may own.
	OwnedWorkspaces int
	// Invitations is how many invitations a workspace may send within InvitationLimitTime, InviterInvitations how many an account may, in
	// all its workspaces, and AddressInvitations how many may be sent from a network address.
	Invitations, InviterInvitations, AddressInvitations int
	InvitationLimitTime                                 time.Duration
	// InvitationTime is how long an invitation can be accepted.
	InvitationTime time.Duration
	// APITokens is how many active tokens for machines a workspace may have, NewAPITokens how many may be created in it within NewAPITokenTime.
	APITokens, NewAPITokens int
	NewAPITokenTime         time.Duration
	// TokenTime is how long the token in any other mail can be used.
	TokenTime time.Duration

	// SearchRows is the most rows of a list that a search looks at, the latest of them. Several lists that are searched at once share it.
	SearchRows int

	// SweepInterval is how often what has expired is deleted.
	SweepInterval time.Duration
	// FileGrace is how old a file that nothing refers to must be to be deleted. It must be longer than any request takes, which stores a
	// file before it writes that it refers to it.
	FileGrace time.Duration
}

// GraphQL bounds GraphQL requests.
type GraphQL struct {
	// QueryCharacters is the most characters of a query.
	QueryCharacters int
	// QueryTokens is the most tokens of a query, comments among them; QueryTokensSignedOut for clients that are not signed in.
	QueryTokens, QueryTokensSignedOut int
	// QueryDepth is how deep fields may be nested.
	QueryDepth int
	// QueryAliases and QueryDirectives are the most of them in a query.
	QueryAliases, QueryDirectives int
	// QueryRootFields and MutationRootFields are the most fields of an operation's root.
	QueryRootFields, MutationRootFields int
	// QueryCost is the most list elements that an answer may hold, with what counts beside them; QueryCostSignedOut for clients that
	// are not signed in.
	QueryCost, QueryCostSignedOut int
	// QuerySearches is the most lists that a query may search: what a search takes depends on how many rows there are, and not on its page.
	QuerySearches int
	// AnswerBytes is the most of an answer's data.
	AnswerBytes int64
	// ListLength is the most elements of a list in a query or in the variables.
	ListLength int

	// BodyBytes is the most of a body without a file; BodyBytesSignedOut for clients that are not signed in.
	BodyBytes, BodyBytesSignedOut int64
	// BodyMemory is the most of all bodies that are in memory at once; others wait.
	BodyMemory int64
	// FileBytes is the most of a file, BesideBytes of each other part of its form.
	FileBytes, BesideBytes int64
	// UploadSpace is the most of all files on disk that are received or worked on; others wait.
	UploadSpace int64
	// UploadRate is how much of a file must arrive in a second, on average over UploadRateTime.
	UploadRate     int64
	UploadRateTime time.Duration
	// Uploads is how many files are worked on at once, UploadsOfUser how many of one user are received or worked on; others wait.
	Uploads, UploadsOfUser int
	// ReadTime is how long a request without a file may take to arrive.
	ReadTime time.Duration
	// RequestTime is how long an answer may take.
	RequestTime time.Duration
	// UploadTime is how long a request with a file may wait for its user's turn, how long the file may then take to arrive, how long
	// it may wait to be worked on, and how long the answer may take after that.
	UploadTime time.Duration

	// SocketInit is how long a WebSocket may take to initialise its connection.
	SocketInit time.Duration
	// SocketSubscriptions is the most subscriptions of one WebSocket, and the most event streams of one session.
	SocketSubscriptions int
	// SessionSockets is the most WebSockets of one session.
	SessionSockets int
	// SocketFrame is the most of one message that a client sends over a WebSocket.
	SocketFrame int64
	// StreamPing is how often an open stream is written to when it has no message, so that a client that has gone is noticed.
	StreamPing time.Duration
}

// Package bounds the package of a version.
type Package struct {
	// PackageBytes is the most of a package, PackageUnpacked of its files.
	PackageBytes, PackageUnpacked int64
	// PackageFiles is the most files of a package, and the most folders.
	PackageFiles int
	// PackageRatio is how many times its packed size a file over 1 MiB may have.
	PackageRatio int
}

// Default holds unless said otherwise. In a body of that size a logo of 256 KB fits in base64, and so does one that is a
// byte too large.
var Default = Limits{
	GraphQL: GraphQL{
		QueryCharacters: 10_000, QueryTokens: 2_000, QueryTokensSignedOut: 1_000, QueryDepth: 15, QueryAliases: 30, QueryDirectives: 10,
		QueryRootFields: 20, MutationRootFields: 5, QueryCost: 5_000, QueryCostSignedOut: 200, QuerySearches: 5, ListLength: 100, AnswerBytes: 2 << 20,

		BodyBytes: 512 << 10, BodyBytesSignedOut: 64 << 10, BodyMemory: 256 << 20, FileBytes: 11 << 20, BesideBytes: 64 << 10,
		UploadSpace: 256 << 20, UploadRate: 16 << 10, UploadRateTime: 10 * time.Second, Uploads: 4, UploadsOfUser: 2,
		ReadTime: 15 * time.Second, RequestTime: 10 * time.Second, UploadTime: time.Minute,

		SocketInit: 5 * time.Second, SocketSubscriptions: 20, SessionSockets: 5, SocketFrame: 64 << 10, StreamPing: 15 * time.Second,
	},
	Package: Package{PackageBytes: 10 << 20, PackageUnpacked: 50 << 20, PackageFiles: 10_000, PackageRatio: 200},

	HeaderBytes: 16 << 10, HeaderTime: 5 * time.Second, WriteTime: 30 * time.Second, IdleTime: time.Minute,

	SessionTime: 12 * time.Hour, SessionIdle: 30 * time.Minute, SessionEnd: 500 * time.Millisecond, PasswordQueue: 64,
	SignInFailures: 10, SignInFailureTime: 10 * time.Minute, SignInWait: 30 * time.Minute,
	AddressFailures: 30, AddressFailureTime: 3 * time.Minute, SignUps: 100, SignUpTime: time.Hour,
	TotpTries: 5, TotpTime: 10 * time.Minute, ChallengeTime: 5 * time.Minute,
	MailRequests: 5, AddressMailRequests: 50, MailRequestTime: 30 * time.Minute, TokenTime: 30 * time.Minute,
	OwnedWorkspaces: 20, Invitations: 50, InviterInvitations: 100, AddressInvitations: 200, InvitationLimitTime: 24 * time.Hour, InvitationTime: 72 * time.Hour,
	Versions: 20, VersionUploads: 300,
	APITokens: 50, NewAPITokens: 100, NewAPITokenTime: 24 * time.Hour,
	LogoChanges: 50, LogoChangeTime: 24 * time.Hour, SearchRows: 50_000, SweepInterval: 10 * time.Minute, FileGrace: time.Hour,
}
