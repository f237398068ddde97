package ent

import "embed"

// Migrations holds the versioned migrations in migrate, one folder a dialect, each with a checksum of its history.
//
//go:embed migrate/postgres migrate/sqlite3
var Migrations embed.FS
