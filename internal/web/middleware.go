package web

import (
	"fmt"
	"log/slog"
	"mime"
	"net/http"
	"runtime/debug"
	"time"

	"minidock/graph"
	"minidock/internal/fault"
	"minidock/internal/locale"
	"minidock/internal/requestid"
)

// identify gives each request its id.
func identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, id := requestid.With(r.Context())
		w.Header().Set("X-Request-Id", id)
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// logged writes a line for each request, with the code where it is refused before it is GraphQL, which is counted too.
func logged(log *slog.Logger, m *metrics, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		recorder := &statusRecorder{ResponseWriter: w, status: http.StatusOK}
		ctx, code := graph.WithRefusal(r.Context())
		next.ServeHTTP(recorder, r.WithContext(ctx))
		line := []any{"requestId", requestid.Of(ctx), "method", r.Method, "path", r.URL.Path, "status", recorder.status,
			"milliseconds", milliseconds(time.Since(start))}
		if *code != "" {
			line = append(line, "code", *code)
			m.errors.WithLabelValues(*code).Inc()
		}
		log.InfoContext(ctx, "request", line...)
	})
}

type statusRecorder struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status.
func (r *statusRecorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach what it needs.
func (r *statusRecorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// recovered answers for a handler that panics. The log tells all about it and the client learns the request id.
func recovered(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler {
				panic(p)
			}
			log.ErrorContext(r.Context(), "panic", "requestId", requestid.Of(r.Context()), "panic", fmt.Sprint(p),
				"stack", string(debug.Stack()))
			graph.Refuse(w, r, http.StatusInternalServerError, fault.ErrInternal)
		}()
		next.ServeHTTP(w, r)
	})
}

// requirePreflight refuses uploads that a browser would send for any page without asking the server first.
func requirePreflight(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if mediaType == "multipart/form-data" && r.Header.Get("Apollo-Require-Preflight") == "" &&
			r.Header.Get("GraphQL-Require-Preflight") == "" {
			graph.Refuse(w, r, http.StatusBadRequest, &fault.Refusal{
				Code:    "CSRF_BLOCKED",
				Message: "A multipart request needs the header GraphQL-Require-Preflight or Apollo-Require-Preflight.",
			})
			return
		}
		next.ServeHTTP(w, r)
	})
}

// inLanguage has the answer's texts in the language that the request asks for.
func inLanguage(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Accept-Language")
		w.Header().Set("Cache-Control", "no-store")
		tag := locale.Accept(r.Header.Get("Accept-Language"))
		next.ServeHTTP(w, r.WithContext(locale.With(r.Context(), tag)))
	})
}

// failed answers a request whose session could not be read.
func failed(log *slog.Logger) func(http.ResponseWriter, *http.Request, error) {
	return func(w http.ResponseWriter, r *http.Request, err error) {
		if r.Context().Err() == nil { // somebody waits for the answer
			log.ErrorContext(r.Context(), "request failed", "requestId", requestid.Of(r.Context()), "error", err.Error())
		}
		graph.Refuse(w, r, http.StatusServiceUnavailable, fault.ErrUnavailable)
	}
}
