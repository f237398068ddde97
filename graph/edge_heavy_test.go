package graph_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"minidock/internal/apitest"
	"minidock/internal/hostile"
)

// heavy is how long an answer may take to a query that is built to be heavy.
const heavy = 100 * time.Millisecond * slowness

// The tests of this file run beside no other test, since they take the time.

func TestTrapComplexityWalksFragmentsOnce(t *testing.T) {
	w := apitest.New(t, apitest.Options{})
	atOnceOrRefused(t, w, bodiesOf(t, hostile.Fragments()))
	// What is spread over and over is one field, counted once.
	doubled := "{viewer{user{id}} ...f0}" + times(12, func(i int) string { return fmt.Sprintf("fragment f%d on Query{...f%[2]d ...f%[2]d}", i, i+1) }) +
		"fragment f12 on Query{industries(first:9){nodes{id}}}"
	if answer := ask(t, w, nil, doubled, nil); answer.code(t) != "" || answer.cost["requested"] != 9 {
		t.Errorf("cost %v: %.300s", answer.cost, answer.body)
	}
}

func TestTrapOverlapIsNotQuadratic(t *testing.T) {
	atOnceOrRefused(t, apitest.New(t, apitest.Options{}), bodiesOf(t, hostile.Overlaps()))
}

func TestTrapIntrospectionDoesNotMultiply(t *testing.T) {
	atOnceOrRefused(t, apitest.New(t, apitest.Options{}), bodiesOf(t, hostile.Introspections()))
}

func TestHeavyRequestsAreAnsweredOrRefusedAtOnce(t *testing.T) {
	bodies := bodiesOf(t, hostile.Others())
	maps.Copy(bodies, hostile.Bodies())
	atOnceOrRefused(t, apitest.New(t, apitest.Options{}), bodies)
}

func bodiesOf(t *testing.T, queries map[string]string) map[string]string {
	t.Helper()
	bodies := map[string]string{}
	for name, text := range queries {
		body, err := json.Marshal(map[string]string{"query": text})
		if err != nil {
			t.Fatal(err)
		}
		bodies[name] = string(body)
	}
	return bodies
}

// atOnceOrRefused sends each request, signed in and signed out.
func atOnceOrRefused(t *testing.T, w *apitest.World, bodies map[string]string) {
	t.Helper()
	ann := w.SignUp(t, "ann")
	slowest, slowestName := time.Duration(0), ""
	for name, body := range bodies {
		for _, by := range []*apitest.Person{ann, nil} {
			answer, took := quickest(t, w, by, body)
			if took > heavy {
				t.Errorf("%s, signed in %t: took %v: %.300s", name, by != nil, took, answer.body)
			}
			if answer.code(t); !answer.hasData && (len(answer.errors) == 0 || len(answer.body) > 8<<10) || len(answer.body) > 1<<20 || answer.status >= 500 {
				t.Errorf("%s, signed in %t: status %d, %d bytes: %.300s", name, by != nil, answer.status, len(answer.body), answer.body)
			}
			if took > slowest {
				slowest, slowestName = took, name
			}
		}
	}
	t.Logf("the slowest of %d is %s: %v", len(bodies), slowestName, slowest)
}

// quickest sends a body several times, each time with a query that the server has not seen, and returns the last answer and
// the shortest time: other programs on the machine only ever add to it.
func quickest(t *testing.T, w *apitest.World, by *apitest.Person, body string) (answer *told, shortest time.Duration) {
	t.Helper()
	shortest = time.Hour
	for i := range 10 {
		unseen := strings.Replace(body, `"query":"`, `"query":"`+strings.Repeat(" ", i), 1)
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", strings.NewReader(unseen))
		request.Header.Set("Content-Type", "application/json")
		if by != nil {
			request.AddCookie(by.Cookie(t))
		}
		recorder := httptest.NewRecorder()
		start := time.Now()
		w.Server.ServeHTTP(recorder, request)
		shortest = min(shortest, time.Since(start))
		answer = read(t, recorder)
		if shortest <= heavy/4 || i >= 2 && shortest <= heavy {
			break
		}
	}
	return answer, shortest
}
