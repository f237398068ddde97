// Command generate writes internal/account/passwords.txt: the most frequent leaked passwords that are long enough to be chosen, in lower case
// and sorted. The library that has them is not linked into the program, since its lists of names and words would be copied into memory at
// every start.
package main

import (
	"log"
	"os"
	"slices"
	"strings"

	"github.com/trustelem/zxcvbn/frequency"
)

// shortest is the shortest password that may be chosen, in bytes.
const shortest = 8

func main() {
	var all []string
	for _, password := range frequency.FrequencyLists["passwords"] {
		if len(password) >= shortest {
			all = append(all, strings.ToLower(password)+"\n")
		}
	}
	slices.Sort(all)
	content := strings.Join(slices.Compact(all), "")
	if err := os.WriteFile("internal/account/passwords.txt", []byte(content), 0o644); err != nil {
		log.Fatal(err)
	}
}
