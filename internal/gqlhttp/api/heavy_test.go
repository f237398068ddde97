package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"minidock/internal/apitest"
	"minidock/internal/hostile"
)

// heavy is how much of a processor's time an answer may take to a query that is built to be heavy.
const heavy = 100 * time.Millisecond * apitest.Slowness

// The tests of this file run beside no other test, since they take the time.

func TestTrapComplexityWalksFragmentsOnce(t *testing.T) {
	w := apitest.New(t, apitest.Options{})
	atOnceOrRefused(t, w, bodiesOf(t, hostile.Fragments()))
	// What is spread over and over is one field, counted once.
	doubled := "{viewer{user{id}} ...f0}" + apitest.Repeated(12, func(i int) string { return fmt.Sprintf("fragment f%d on Query{...f%[2]d ...f%[2]d}", i, i+1) }) +
		"fragment f12 on Query{industries(first:9){nodes{id}}}"
	if answer := w.HandleQuery(t, nil, doubled, nil); answer.Code(t) != "" || answer.Cost["requested"] != 9 {
		t.Errorf("cost %v: %.300s", answer.Cost, answer.Body)
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
			answer, took := cheapest(t, w, by, body)
			if took > heavy {
				t.Errorf("%s, signed in %t: took %v: %.300s", name, by != nil, took, answer.Body)
			}
			if answer.Code(t); !answer.HasData && (len(answer.Errors) == 0 || len(answer.Body) > 8<<10) || len(answer.Body) > 1<<20 || answer.Status >= 500 {
				t.Errorf("%s, signed in %t: status %d, %d bytes: %.300s", name, by != nil, answer.Status, len(answer.Body), answer.Body)
			}
			if took > slowest {
				slowest, slowestName = took, name
			}
		}
	}
	t.Logf("the slowest of %d is %s: %v", len(bodies), slowestName, slowest)
}

// cheapest sends a body several times, each time with a query that the server has not seen, and returns the last answer and the
// least processor time: what else the machine does only ever adds to it.
func cheapest(t *testing.T, w *apitest.World, by *apitest.Person, body string) (answer *apitest.Recorded, least time.Duration) {
	t.Helper()
	least = time.Hour
	for i := range 10 {
		unseen := strings.Replace(body, `"query":"`, `"query":"`+strings.Repeat(" ", i), 1)
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", strings.NewReader(unseen))
		request.Header.Set("Content-Type", "application/json")
		if by != nil {
			request.AddCookie(by.Cookie(t))
		}
		recorder := httptest.NewRecorder()
		before := processorTime(t)
		w.Server.ServeHTTP(recorder, request)
		least = min(least, processorTime(t)-before)
		answer = apitest.ReadRecorded(t, recorder)
		if least <= heavy/4 || i >= 2 && least <= heavy {
			break
		}
	}
	return answer, least
}

// processorTime is how much time of processors this process has taken.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
