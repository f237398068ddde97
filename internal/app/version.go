package app

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"minidock/internal/store"
)

// Version says what the program was built from.
type Version struct {
	// Program is the module's version, or else the commit; "development build" if the build has neither.
	Program string
	// Commit and Date are those of the source; empty if the build does not have them.
	Commit, Date string
	// Go and SQLite are their versions.
	Go, SQLite string
}

// ReadVersion reads the version from the build.
func ReadVersion() Version {
	info, _ := debug.ReadBuildInfo()
	return versionOf(info)
}

// versionOf reads a build, or nil if nothing is known of it.
func versionOf(info *debug.BuildInfo) Version {
	v := Version{Go: runtime.Version(), SQLite: store.SQLiteVersion(), Program: "development build"}
	if info == nil {
		return v
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	v.Commit, v.Date = settings["vcs.revision"], settings["vcs.time"]
	if v.Commit != "" && settings["vcs.modified"] == "true" {
		v.Commit += " and changes"
	}
	version := strings.TrimSuffix(info.Main.Version, "(devel)")
	v.Program = cmp.Or(version, v.Commit, v.Program)
	return v
}

// String returns a line for each fact that is known.
func (v Version) String() string {
	var text strings.Builder
	for _, line := range [][2]string{{"minidock", v.Program}, {"commit", v.Commit}, {"date", v.Date}, {"go", v.Go}, {"sqlite", v.SQLite}} {
		if line[1] != "" {
			fmt.Fprintf(&text, "%-9s %s\n", line[0], line[1])
		}
	}
	return text.String()
}
