package graph

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// nextSentence is where a sentence ends and another one begins.
var nextSentence = regexp.MustCompile(`\. [A-Z]`)

func TestTheContractBeginsWithItsRootsAndHasShortDescriptionsOnOneLine(t *testing.T) {
	t.Parallel()
	contract, err := os.ReadFile("../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	text := string(contract)
	at := 0
	for _, root := range []string{"type Query {", "type Mutation {", "type Subscription {"} {
		found := strings.Index(text, root)
		if found < at || strings.Contains(text[at:max(found, at)], "\ntype ") {
			t.Errorf("%s does not come next", root)
		}
		at = found + len(root)
	}
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		if strings.TrimSpace(lines[i]) != `"""` {
			continue
		}
		var words []string
		first := i + 1
		for i++; strings.TrimSpace(lines[i]) != `"""`; i++ {
			words = append(words, strings.Fields(lines[i])...)
		}
		if described := strings.Join(words, " "); !nextSentence.MatchString(described) {
			t.Errorf("line %d: one sentence stands on one line: %s", first, described)
		}
	}
}
