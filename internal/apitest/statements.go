package apitest

import "testing"

// CountStatements sends a query and returns the answer with the number of statements that it took; the test ends when there is an error.
func (p *Person) CountStatements(t *testing.T, query string, variables Vars) (*Answer, int64) {
	t.Helper()
	var answer *Answer
	statements := p.world.Statements(func() { answer = p.Do(t, query, variables) })
	if code := answer.Code(t); code != "" {
		t.Fatalf("%s: %s", code, answer.Body)
	}
	return answer, statements
}
