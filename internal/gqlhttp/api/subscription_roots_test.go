package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"minidock/internal/apitest"
)

// A subscription without exactly one root field would fail when it is executed, as an internal error.
func TestTrapASubscriptionHasOneRootField(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	s := w.OpenSocket(t, ann)
	for _, query := range []string{
		"subscription { a: sessionEnded { reason } b: sessionEnded { reason } }",
		`subscription { sessionEnded { reason } membership(workspaceId: "x") { id } }`,
		"subscription { ...F ...G } fragment F on Subscription { a: sessionEnded { reason } } fragment G on Subscription { b: sessionEnded { reason } }",
		"subscription { ... { sessionEnded { reason } ... { b: sessionEnded { reason } } } }",
		"subscription { __typename }", "subscription { a: __typename }", "subscription { sessionEnded { reason } __typename }",
		"subscription { sessionEnded @skip(if: true) { reason } }", "subscription { sessionEnded @include(if: false) { reason } }",
		"subscription($s: Boolean!) { ... @skip(if: $s) { sessionEnded { reason } } }",
		"subscription { ...F @include(if: true) } fragment F on Subscription { sessionEnded { reason } }",
		"subscription { ...F } fragment F on Subscription { sessionEnded @skip(if: true) { reason } }",
	} {
		w.Handle(t, sendRaw(ann, query, `{"s":true}`)).Refused(t, "GRAPHQL_VALIDATION_FAILED")
		if body := apitest.Rest(t, w.Listen(t, ann, apitest.EventStream, query)); !strings.Contains(body, "GRAPHQL_VALIDATION_FAILED") {
			t.Errorf("as an event stream %s: %s", query, body)
		}
		s.Subscribe("1", query)
		if message, err := s.Read(); err != nil || message.Type != "error" || !strings.Contains(string(message.Payload), "GRAPHQL_VALIDATION_FAILED") {
			t.Errorf("over a WebSocket %s: %v %v %s", query, err, message.Type, message.Payload)
		}
	}
	w.Stop()
	if logged := w.Log.String(); strings.Contains(logged, `"level":"ERROR"`) {
		t.Errorf("logged %.2000s", logged)
	}
}

func TestPersistedQueriesAreNotSupportedOnAnyTransport(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	const extension = `{"persistedQuery":{"version":1,"sha256Hash":"ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38"}}`
	const want = `"message":"PersistedQueryNotSupported","extensions":{"code":"PERSISTED_QUERY_NOT_SUPPORTED"`
	const parameters = "operationName=X&variables=%7B%7D&extensions="
	for accept, status := range map[string]int{"": 200, "application/json": 200, "application/graphql-response+json": 400, apitest.EventStream: 200} {
		for method, target := range map[string]string{http.MethodGet: w.URL + "/graphql?" + parameters + url.QueryEscape(extension), http.MethodPost: w.URL + "/graphql"} {
			request, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(`{"operationName":"X","extensions":`+extension+`}`))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Content-Type", "application/json")
			request.Header.Set("Accept", accept)
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			if body := apitest.Rest(t, response); response.StatusCode != status || !strings.Contains(body, want) {
				t.Errorf("%s accepting %q: %d %s", method, accept, response.StatusCode, body)
			}
		}
	}
	s := w.OpenSocket(t, ann)
	s.Send(`{"type":"subscribe","id":"1","payload":{"extensions":` + extension + `}}`)
	if message, err := s.Read(); err != nil || message.Type != "error" || !strings.Contains(string(message.Payload), want) {
		t.Errorf("over a WebSocket: %v %s %s", err, message.Type, message.Payload)
	}
}
