package apitest

import (
	"time"

	"minidock/internal/limit"
)

// Limits returns the limits of a world, changed. They are the defaults but for those that only bound how long something may take: a
// test must not fail because the machine is slow.
func Limits(change func(*limit.Limits)) *limit.Limits {
	limits := limit.Default
	limits.RequestTime, limits.UploadTime, limits.SessionEnd = time.Minute, time.Minute, 10*time.Second
	if change != nil {
		change(&limits)
	}
	return &limits
}
