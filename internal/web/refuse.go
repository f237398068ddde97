package web

import (
	"encoding/json"
	"net/http"

	"minidock/internal/fault"
	"minidock/internal/requestid"
)

// refuse answers in the form of a GraphQL error.
func refuse(w http.ResponseWriter, r *http.Request, status int, refusal *fault.Refusal) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"errors": []any{map[string]any{
			"message":    refusal.Message,
			"extensions": map[string]any{"code": refusal.Code, "requestId": requestid.Of(r.Context())},
		}},
	})
}
