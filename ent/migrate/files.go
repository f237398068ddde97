package migrate

import "embed"

// Files holds the versioned migrations, one folder a dialect, each with a checksum of its history.
//
//go:embed sqlite3
var Files embed.FS
