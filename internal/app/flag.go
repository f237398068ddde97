package app

import (
	"fmt"
	"strings"
)

// badFlag describes what is wrong with a flag of the command line or with its environment variable, and how it is right.
func badFlag(flag, format string, args ...any) error {
	return fmt.Errorf("%s: %w", flagName(flag), fmt.Errorf(format, args...))
}

// flagName names a flag and its environment variable.
func flagName(flag string) string {
	return "--" + flag + " (" + "MINIDOCK_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_")) + ")"
}

// values splits each text at commas, and leaves out spaces and what is empty.
func values(texts []string) []string {
	var all []string
	for _, text := range texts {
		for value := range strings.SplitSeq(text, ",") {
			if value = strings.TrimSpace(value); value != "" {
				all = append(all, value)
			}
		}
	}
	return all
}
