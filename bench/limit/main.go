// Command limit answers the requests that bench sends, and no others, as a server would that is written by hand for them: net/http, prepared
// statements, and a function for each. It reads the same tables as minidock, checks the session and the membership, writes the same rows and
// files as durably, and gives the same answers. It shares no code with minidock.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8081", "the loopback address to listen on")
	data := flag.String("data", "./data", "the folder of the files and of the SQLite database")
	databaseURL := flag.String("database-url", "", "a PostgreSQL database to use instead")
	flag.Parse()
	db, err := open(context.Background(), filepath.Join(*data, "minidock.db"), *databaseURL)
	if err != nil {
		log.Fatal(err)
	}
	s := &server{db: db, files: filepath.Join(*data, "limit")}
	if err := os.MkdirAll(filepath.Join(s.files, "tmp"), 0o700); err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	http.HandleFunc("POST /graphql", s.serve)
	log.Fatal(http.ListenAndServe(*addr, nil))
}

type server struct {
	db    database
	files string
}

// sent is what a client sends.
type sent struct {
	OperationName string
	Variables     struct {
		ID    string
		Input input
	}
}

var (
	errNotFound  = errors.New("not found")
	errSignedOut = errors.New("not signed in")
)

// maxBody is the largest body.
const maxBody = 16 << 20

// idle is how long a session lasts unused.
const idle = 30 * time.Minute

func (s *server) serve(w http.ResponseWriter, r *http.Request) {
	var request sent
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&request); err != nil {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	userID, err := s.user(r)
	var data any
	if err == nil {
		switch request.OperationName {
		case "R1":
			data, err = s.miniProgram(r.Context(), userID, request.Variables.ID)
		case "R2":
			data, err = s.workspace(r.Context(), userID, request.Variables.ID)
		case "R3":
			data, err = s.memberships(r.Context(), userID)
		case "W1":
			data, err = s.create(r.Context(), userID, request.Variables.Input)
		default:
			err = errNotFound
		}
	}
	switch {
	case errors.Is(err, errSignedOut):
		http.Error(w, "not signed in", http.StatusUnauthorized)
		return
	case errors.Is(err, errNotFound):
		http.Error(w, "not found", http.StatusNotFound)
		return
	case err != nil:
		log.Print(err)
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	body, err := json.Marshal(map[string]any{"data": data})
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/graphql-response+json; charset=utf-8")
	_, _ = w.Write(body)
}

// user returns who sends the request.
func (s *server) user(r *http.Request) (string, error) {
	cookie, err := r.Cookie("minidock_session")
	if err != nil {
		return "", errSignedOut
	}
	sum, now, userID := sha256.Sum256([]byte(cookie.Value)), time.Now().UTC(), ""
	err = s.db.one(r.Context(), "SELECT user_id FROM sessions WHERE id = $1 AND expires_at > $2 AND last_used_at > $3",
		[]any{base64.RawURLEncoding.EncodeToString(sum[:]), now, now.Add(-idle)}, &userID)
	if errors.Is(err, errNotFound) {
		return "", errSignedOut
	}
	return userID, err
}
