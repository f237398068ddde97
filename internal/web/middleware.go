package web

import (
	"fmt"
	"log/slog"
	"mime"
	"net/http"
	"runtime/debug"
	"time"

	"minidock/internal/fault"
	"minidock/internal/gqlhttp"
	"minidock/internal/locale"
	"minidock/internal/metrics"
	"minidock/internal/request"
)

// withID gives each request its id.
func withID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, id := request.WithID(r.Context())
		w.Header().Set("X-Request-Id", id)
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// logged logs each request, with the code if it is refused before it is passed on to GraphQL, which is also counted.
func logged(log *slog.Logger, m *metrics.Metrics, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		recorder := &statusRecorder{ResponseWriter: w, status: http.StatusOK}
		ctx, code := gqlhttp.WithRefusal(r.Context())
		next.ServeHTTP(recorder, r.WithContext(ctx))
		line := []any{"requestId", request.ID(ctx), "method", r.Method, "path", r.URL.Path, "status", recorder.status,
			"milliseconds", milliseconds(time.Since(start))}
		if *code != "" {
			line = append(line, "code", *code)
			m.Error(*code)
		}
		log.InfoContext(ctx, "request", line...)
	})
}

type statusRecorder struct {
	http.ResponseWriter
	status int
}

// WriteHeader keeps the status.
func (r *statusRecorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach what it needs.
func (r *statusRecorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// recovered answers for a handler that panics. The log has the panic and its stack, the answer the request id.
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
			log.ErrorContext(r.Context(), "panic", "requestId", request.ID(r.Context()), "panic", fmt.Sprint(p),
				"stack", string(debug.Stack()))
			gqlhttp.Refuse(w, r, http.StatusInternalServerError, fault.ErrInternal)
		}()
		next.ServeHTTP(w, r)
	})
}

// requirePreflight refuses uploads that a browser would send from any page without a preflight request. With a token it never would.
func requirePreflight(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if mediaType == "multipart/form-data" && !hasBearerToken(r) && r.Header.Get("Apollo-Require-Preflight") == "" &&
			r.Header.Get("GraphQL-Require-Preflight") == "" {
			gqlhttp.Refuse(w, r, http.StatusBadRequest, &fault.Refusal{
				Code:    "CSRF_BLOCKED",
				Message: "A multipart request needs the header GraphQL-Require-Preflight or Apollo-Require-Preflight.",
			})
			return
		}
		next.ServeHTTP(w, r)
	})
}

// inLanguage sets the language of the answer's texts, as the request asks for it.
func inLanguage(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Accept-Language")
		tag := locale.Accept(r.Header.Get("Accept-Language"))
		next.ServeHTTP(w, r.WithContext(request.WithLanguage(r.Context(), tag)))
	})
}

// unavailable answers a request whose session could not be read.
func unavailable(w http.ResponseWriter, r *http.Request, log *slog.Logger, err error) {
	if r.Context().Err() == nil { // the client still waits for the answer
		log.ErrorContext(r.Context(), "request failed", "requestId", request.ID(r.Context()), "error", err.Error())
	}
	gqlhttp.Refuse(w, r, http.StatusServiceUnavailable, fault.ErrUnavailable)
}
