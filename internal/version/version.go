// Package version holds the versions of mini programs: uploads, the checks of their packages, comparison and download.
package version

import (
	"time"

	"minidock/internal/blob"
	"minidock/internal/job"
	"minidock/internal/limit"
	"minidock/internal/operation"
	"minidock/internal/store"
	"minidock/internal/throttle"
)

// Versions reads and writes versions.
type Versions struct {
	operation.DB
	Limits limit.Limits
	// Store tells other processes of changes.
	Store *store.Store
	// Blobs keeps the packages, and the lists of their files.
	Blobs blob.Store
	// Throttles counts uploads.
	Throttles *throttle.Throttles
	// Jobs runs the checks.
	Jobs *job.Queue
	// Watches report changes of tasks.
	Watches *Watches
	// PackageURL returns the absolute address of what Download leads to.
	PackageURL func(Download) string
}

// kept is how many versions that failed are kept of a mini program.
const kept = 20

// uploadsWithin is the time that Limits.VersionUploads are counted in.
const uploadsWithin = time.Hour
