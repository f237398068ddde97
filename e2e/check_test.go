//go:build e2e

package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"minidock/internal/bundle/bundletest"
)

// TestACheckGoesOnAfterTheServerIsKilled kills the program in the middle of a check, which then has one result.
func TestACheckGoesOnAfterTheServerIsKilled(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	loadDemo(t, data)
	args := []string{"--addr", "127.0.0.1:0", "--data", data}
	first := startWith(t, args, nil)
	client := newClient(t)
	miniProgramID := signInToDemo(t, client, first.URL)
	versionID := uploadSlow(t, client, first.URL, miniProgramID)
	waitUntil(t, "checking", func() bool { return checkOf(t, client, first.URL, versionID).Status == "RUNNING" })
	first.kill(t)
	second := startWith(t, args, nil)
	client = newClient(t)
	signInToDemo(t, client, second.URL)
	waitLong(t, "checked", func() bool { return checkOf(t, client, second.URL, versionID).Status == "SUCCEEDED" })
	var messages []string
	for _, line := range checkOf(t, client, second.URL, versionID).Log {
		if line.Level == "INFO" {
			messages = append(messages, line.Message)
		}
	}
	if log := strings.Join(messages, " "); len(messages) != 3 || !strings.HasPrefix(log, "Checking the package. Checking the package again after an interruption. The package passed the checks.") {
		t.Errorf("the log is %q", messages)
	}
	got := ask[struct {
		MiniProgram struct {
			Status    string
			Workspace struct{ AuditEvents struct{ TotalCount int } }
		}
	}](t, client, second.URL, `query($id: ID!, $of: ID!) { miniProgram(id: $id) { status workspace { auditEvents(filter: {subjectId: $of}) { totalCount } } } }`,
		map[string]any{"id": miniProgramID, "of": versionID})
	if got.MiniProgram.Status != "NEW_VERSION_CREATED" || got.MiniProgram.Workspace.AuditEvents.TotalCount != 2 {
		t.Errorf("of an upload and its result there is %+v", got)
	}
}

// signInToDemo signs in as the owner of the demo workspace, and returns the id of a mini program.
func signInToDemo(t *testing.T, client *http.Client, url string) string {
	t.Helper()
	got := ask[struct {
		SignIn struct {
			Query struct {
				Viewer struct {
					Memberships struct {
						Nodes []struct {
							Workspace struct {
								MiniPrograms struct{ Nodes []struct{ ID string } }
							}
						}
					}
				}
			}
		}
	}](t, client, url, `mutation { signIn(input: {email: "owner@demo.example", password: "demo-password-1"}) {
		query { viewer { memberships { nodes { workspace { miniPrograms { nodes { id } } } } } } }
	} }`, nil)
	return got.SignIn.Query.Viewer.Memberships.Nodes[0].Workspace.MiniPrograms.Nodes[0].ID
}

// uploadSlow uploads a package whose check takes seconds, since its code names very many hosts, and returns the version's id.
func uploadSlow(t *testing.T, client *http.Client, url, miniProgramID string) string {
	t.Helper()
	files := bundletest.Project()
	for i := range 12 {
		var code strings.Builder
		for j := range 100_000 {
			fmt.Fprintf(&code, "a='http://h%d-%d.example';\n", i, j*7919%100_003)
		}
		files[fmt.Sprintf("data/hosts%d.js", i)] = code.String()
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	operations, err := json.Marshal(map[string]any{
		"query":     `mutation($input: UploadVersionInput!) { uploadVersion(input: $input) { version { id } userErrors { code message } } }`,
		"variables": map[string]any{"input": map[string]any{"miniProgramId": miniProgramID, "source": map[string]any{"package": nil}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	_ = w.WriteField("operations", string(operations))
	_ = w.WriteField("map", `{"0": ["variables.input.source.package"]}`)
	part, _ := w.CreateFormFile("0", "dist.zip")
	_, _ = part.Write(bundletest.Zip(files))
	_ = w.Close() // a buffer takes everything
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/graphql", &form)
	if err != nil {
		t.Fatal(err)
	}
	request.Header = http.Header{"Content-Type": {w.FormDataContentType()}, "GraphQL-Require-Preflight": {"1"}}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	got := answer[struct {
		UploadVersion struct {
			Version    struct{ ID string }
			UserErrors []struct{ Code, Message string }
		}
	}](t, response)
	if len(got.UploadVersion.UserErrors) > 0 {
		t.Fatalf("%+v", got.UploadVersion.UserErrors)
	}
	return got.UploadVersion.Version.ID
}

type check struct {
	Status string
	Log    []struct{ Level, Message string }
}

func checkOf(t *testing.T, client *http.Client, url, versionID string) check {
	t.Helper()
	got := ask[struct{ Version struct{ Task check } }](t, client, url, `query($id: ID!) { version(id: $id) { task { status log { level message } } } }`, map[string]any{"id": versionID})
	return got.Version.Task
}
