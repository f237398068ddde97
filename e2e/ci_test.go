//go:build e2e

package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"minidock/internal/bundle/bundletest"
	"minidock/internal/pgtest"
)

// machine is a CI server that has nothing but the program, the address of a server, a mini program and a token.
type machine struct {
	url, workspaceID, miniProgramID, appID, token string
	// owner is signed in as the owner of the workspace.
	owner *http.Client
}

// TestUpload takes a project from a folder to READY by the command line and a token alone.
func TestUpload(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		uploadsProjects(t, newMachine(t, "--data", t.TempDir()))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		uploadsProjects(t, newMachine(t, "--data", t.TempDir(), "--database-url", pgtest.Require(t).NewDatabase(t, "")))
	})
}

func uploadsProjects(t *testing.T, m machine) {
	project := bundletest.Project()
	built := bundletest.With(bundletest.Under("dist", project), map[string]string{
		"mini.project.json": `{"format": 2, "miniprogramRoot": "dist", "uploadExclude": ["src/**"]}`, "src/app.ts": "App({});",
		".minidockignore": "secrets.txt\n", "secrets.txt": "x",
	})
	withModules := bundletest.With(built, bundletest.NodeModules(3000))
	archive := filepath.Join(t.TempDir(), "project.zip")
	if err := os.WriteFile(archive, bundletest.Zip(project), 0o600); err != nil {
		t.Fatal(err)
	}
	var numbers []string
	for _, c := range []struct{ name, path, as string }{
		{"the project", folderOf(t, project), m.miniProgramID},
		{"the project by the app id", folderOf(t, project), m.appID},
		{"under dist with mini.project.json", folderOf(t, built), m.miniProgramID},
		{"under one top folder", folderOf(t, bundletest.Under("shop", project)), m.miniProgramID},
		{"with 3,000 files of node_modules", folderOf(t, withModules), m.miniProgramID},
		{"as a zip", archive, m.miniProgramID},
	} {
		got := m.run(t, "upload", c.path, "--json", "--mini-program", c.as, "--notes", c.name).uploaded(t)
		if got.code != 0 || got.Version == nil || got.Version.Status != "READY" || len(got.Problems) != 0 {
			t.Errorf("%s: %s", c.name, got)
			continue
		}
		numbers = append(numbers, got.Version.Number)
	}
	if want := []string{"1.0.0", "1.0.1", "1.0.2", "1.0.3", "1.0.4", "1.0.5"}; !slices.Equal(numbers, want) {
		t.Fatalf("the versions have the numbers %q, want %q", numbers, want)
	}
	listed := m.run(t, "versions")
	slices.Reverse(numbers)
	lines := strings.Split(strings.TrimSpace(listed.stdout), "\n")
	for i, line := range lines {
		if listed.code != 0 || len(lines) != len(numbers) || !strings.HasPrefix(line, numbers[i]+"  READY  ") || !strings.Contains(line, "with the token CI") {
			t.Fatalf("the versions are listed as %s", listed)
		}
	}
	m.storesEqualFoldersOnce(t)
}

// storesEqualFoldersOnce compares what the server knows of the packages, which it lists with the newest first.
func (m machine) storesEqualFoldersOnce(t *testing.T) {
	t.Helper()
	got := ask[struct {
		MiniProgram struct {
			Versions struct {
				Nodes []struct {
					Sha256, Notes string
					FileCount     int
				}
			}
		}
	}](t, m.owner, m.url, `query ($id: ID!) { miniProgram(id: $id) { versions { nodes { sha256 notes fileCount } } } }`, map[string]any{"id": m.miniProgramID})
	versions := got.MiniProgram.Versions.Nodes
	if versions[5].Sha256 != versions[4].Sha256 || versions[4].Sha256 == versions[3].Sha256 {
		t.Errorf("the first two packages must be equal and the third another: %+v", versions)
	}
	for _, one := range versions {
		if one.FileCount != len(bundletest.Project()) || one.Notes == "" {
			t.Errorf("what is beside the root counts, or the notes are lost: %+v", one)
		}
	}
}

// TestUploadRefused sends every package that a server refuses, and everything else that it can refuse.
func TestUploadRefused(t *testing.T) {
	t.Parallel()
	m := newMachine(t, "--data", t.TempDir())
	t.Run("packages", func(t *testing.T) { refusesPackages(t, m) })
	t.Run("folders", func(t *testing.T) { refusesFolders(t, m) })
	t.Run("callers", func(t *testing.T) { refusesCallers(t, m) })
	t.Run("usage", func(t *testing.T) { refusesUsage(t, m) })
}

func refusesPackages(t *testing.T, m machine) {
	codes := map[string]bool{}
	at := filepath.Join(t.TempDir(), "package.zip")
	for _, trap := range bundletest.Traps() {
		if err := os.WriteFile(at, trap.Zip, 0o600); err != nil {
			t.Fatal(err)
		}
		got := m.run(t, "upload", at, "--json").uploaded(t)
		if got.code != 1 || len(got.Problems) == 0 || got.Problems[0].Code != trap.Code || (got.Version == nil) == trap.IsFoundByReading ||
			got.Version != nil && got.Version.Status != "FAILED" {
			t.Errorf("%s: want %s, found by reading %t: %s", trap.Name, trap.Code, trap.IsFoundByReading, got)
		}
		codes[trap.Code] = true
	}
	for _, code := range strings.Fields(`NOT_A_ZIP ENCRYPTED PATH_TRAVERSAL SYMLINK DUPLICATE_NAME TOO_LARGE TOO_MANY_FILES COMPRESSION_RATIO NO_APP_JSON BROKEN_JSON
		INVALID_APP_JSON CORRUPT INVALID_NAME MISSING_PAGE SOURCE_NOT_BUILT COMPILED_PACKAGE MINI_GAME PLUGIN_PROJECT WRONG_APP_ID`) {
		if !codes[code] {
			t.Errorf("no package is refused with %s", code)
		}
	}
}

func refusesFolders(t *testing.T, m machine) {
	project := folderOf(t, bundletest.With(bundletest.Project(), map[string]string{"pages/index/index.json": "{\n  \"a\": 1,\n}", "pages/detail/detail.json": "["}))
	failed := m.run(t, "upload", project)
	lines := strings.Split(failed.stdout, "\n")
	if failed.code != 1 || !slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(line, "pages/index/index.json:3: ") }) ||
		!slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(line, "pages/detail/detail.json:1: ") }) ||
		!regexp.MustCompile(`\nVersion \d+\.\d+\.\d+ is FAILED: 2 problems`).MatchString(failed.stdout) {
		t.Errorf("two broken files: %s", failed)
	}
	if err := os.Symlink(os.TempDir(), filepath.Join(project, "link")); err != nil {
		t.Fatal(err)
	}
	got := m.run(t, "upload", project, "--json").uploaded(t)
	if got.code != 1 || got.Version != nil || len(got.Problems) != 1 || got.Problems[0].Code != "SYMLINK" || got.Problems[0].File == nil || *got.Problems[0].File != "link" {
		t.Errorf("a link to a folder: %s", got)
	}
}

func refusesCallers(t *testing.T, m machine) {
	project := folderOf(t, bundletest.Project())
	if got := m.run(t, "upload", project, "--json", "--no-wait", "--number", "7.0.0").uploaded(t); got.code != 0 || got.Version == nil || got.Version.Number != "7.0.0" {
		t.Fatalf("uploaded without waiting: %s", got)
	}
	readOnly, malformed, unknown := m, m, m
	readOnly.token = m.newToken(t, "READ")
	malformed.token = "mdk_nonsense"
	unknown.miniProgramID = strings.Repeat("9", 16)
	for name, c := range map[string]struct {
		machine machine
		args    []string
		code    string
	}{
		"a token that may only read": {readOnly, nil, "FORBIDDEN"},
		"an invalid token":           {malformed, nil, "UNAUTHENTICATED"},
		"an unknown app id":          {unknown, nil, "NOT_FOUND"},
		"an id of something else":    {m, []string{"--mini-program", m.workspaceID}, "NOT_FOUND"},
		"a number that is taken":     {m, []string{"--number", "7.0.0"}, "VERSION_EXISTS"},
		"a number that is too low":   {m, []string{"--number", "6.9.9"}, "VERSION_TOO_LOW"},
		"an invalid number":          {m, []string{"--number", "7"}, "INVALID_FORMAT"},
		"an invalid host version":    {m, []string{"--minimum-host", "new"}, "INVALID_FORMAT"},
	} {
		got := c.machine.run(t, append([]string{"upload", project, "--json"}, c.args...)...).uploaded(t)
		if got.code != 1 || got.Version != nil || len(got.Problems) != 1 || got.Problems[0].Code != c.code || got.Problems[0].Message == "" || got.Problems[0].File != nil {
			t.Errorf("%s: want %s: %s", name, c.code, got)
		}
	}
	if got := readOnly.run(t, "versions", "--json"); got.code != 0 || !strings.Contains(got.stdout, `"7.0.0"`) {
		t.Errorf("a token that may only read lists %s", got)
	}
	if got := malformed.run(t, "versions"); got.code != 1 || got.stdout != "" {
		t.Errorf("an invalid token lists %s", got)
	}
}

func refusesUsage(t *testing.T, m machine) {
	project := folderOf(t, bundletest.Project())
	noToken := m
	noToken.token = ""
	for name, c := range map[string]struct {
		machine machine
		args    []string
		code    int
	}{
		"no folder":              {m, []string{"upload"}, 2},
		"a folder that is not":   {m, []string{"upload", filepath.Join(project, "dist")}, 2},
		"an empty folder":        {m, []string{"upload", t.TempDir()}, 2},
		"an unknown flag":        {m, []string{"upload", project, "--nonsense"}, 2},
		"a token as a flag":      {m, []string{"upload", project, "--token", m.token}, 2},
		"no token":               {noToken, []string{"upload", project}, 2},
		"no address":             {m, []string{"versions", "--server", "mini.example.com"}, 2},
		"an address that is not": {m, []string{"versions", "--server", m.url + "/nowhere"}, 3},
	} {
		if got := c.machine.run(t, c.args...); got.code != c.code || got.stderr == "" || strings.Contains(got.stderr, "goroutine") {
			t.Errorf("%s: want exit code %d: %s", name, c.code, got)
		}
	}
}

// TestCIExamples runs the steps of the examples in docs/ci.md, with the variables that these set.
func TestCIExamples(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("bash"); err != nil {
		missing(t, "bash is not installed: %v", err)
	}
	gitHub, gitLab := examples(t)
	t.Run("GitHub Actions", func(t *testing.T) {
		t.Parallel()
		runsGitHubsExample(t, newMachine(t, "--data", t.TempDir()), gitHub)
	})
	t.Run("GitLab CI", func(t *testing.T) {
		t.Parallel()
		runsGitLabsExample(t, newMachine(t, "--data", t.TempDir()), gitLab)
	})
}

// runsGitHubsExample runs the steps for a tag, which is the version's number, and then for a branch.
func runsGitHubsExample(t *testing.T, m machine, example workflow) {
	checkout := folderOf(t, bundletest.Under("dist", bundletest.Project()))
	job := example.Jobs["upload"]
	for _, ref := range [][]string{{"GITHUB_REF_TYPE=tag", "GITHUB_REF_NAME=v3.2.1"}, {"GITHUB_REF_TYPE=branch", "GITHUB_REF_NAME=main"}} {
		for _, step := range job.Steps {
			if step.Run == "" {
				continue
			}
			if err := m.bash(t, checkout, []string{"-e"}, step.Run, job.Env, append(ref, "GITHUB_SHA=0123abc")...); err != nil {
				t.Errorf("%s\n%v", step.Run, err)
			}
		}
	}
	if got, want := m.numbers(t), []string{"3.2.2", "3.2.1"}; !slices.Equal(got, want) {
		t.Errorf("after the example there are the versions %q, want %q", got, want)
	}
}

// runsGitLabsExample runs the script for a project that is accepted, and for one that is not.
func runsGitLabsExample(t *testing.T, m machine, example pipeline) {
	script := strings.Join(example.Upload.Script, "\n")
	run := func(files map[string]string) (report uploaded, err error) {
		checkout := folderOf(t, bundletest.Under("dist", files))
		err = m.bash(t, checkout, []string{"-eo", "pipefail"}, script, example.Upload.Variables, "MINIDOCK_TOKEN="+m.token, "CI_COMMIT_SHORT_SHA=89ab")
		text, readErr := os.ReadFile(filepath.Join(checkout, "upload.json"))
		if readErr != nil || json.Unmarshal(text, &report) != nil || report.Version == nil {
			t.Fatalf("upload.json is %s, %v; the script: %v", text, readErr, err)
		}
		return report, err
	}
	if got, err := run(bundletest.Project()); err != nil || got.Version.Status != "READY" {
		t.Errorf("the project is %+v, %v", got, err)
	}
	if got, err := run(bundletest.Without(bundletest.Project(), "pages/detail/detail.js")); err == nil || got.Version.Status != "FAILED" {
		t.Errorf("the project without a page's file is %+v, %v", got, err)
	}
}

// numbers returns the numbers of all versions, the highest first; each must be READY.
func (m machine) numbers(t *testing.T) []string {
	t.Helper()
	listed := m.run(t, "versions", "--json")
	var list struct {
		Versions []struct{ Number, Status string }
	}
	if err := json.Unmarshal([]byte(listed.stdout), &list); err != nil {
		t.Fatalf("%v: %s", err, listed)
	}
	var numbers []string
	for _, one := range list.Versions {
		if one.Status != "READY" {
			t.Errorf("version %s is %s", one.Number, one.Status)
		}
		numbers = append(numbers, one.Number)
	}
	return numbers
}

// workflow is an example for GitHub Actions.
type workflow struct {
	Jobs map[string]struct {
		Env   map[string]string
		Steps []struct{ Run string }
	}
}

// pipeline is an example for GitLab CI.
type pipeline struct {
	Upload struct {
		Variables map[string]string
		Script    []string
	}
}

var yamlFence = regexp.MustCompile("(?s)```yaml\n(.*?)```")

// examples returns the examples of docs/ci.md, which must have steps to run.
func examples(t *testing.T) (gitHub workflow, gitLab pipeline) {
	t.Helper()
	text, err := os.ReadFile("../docs/ci.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := yamlFence.FindAllSubmatch(text, -1)
	if len(blocks) != 2 {
		t.Fatalf("docs/ci.md has %d examples, want 2", len(blocks))
	}
	if err := errors.Join(yaml.Unmarshal(blocks[0][1], &gitHub), yaml.Unmarshal(blocks[1][1], &gitLab)); err != nil {
		t.Fatal(err)
	}
	if len(gitHub.Jobs["upload"].Steps) < 2 || len(gitLab.Upload.Script) == 0 {
		t.Fatalf("the examples have no steps: %+v, %+v", gitHub, gitLab)
	}
	return gitHub, gitLab
}

// bash runs a script in the folder, with the program on its path, and with the documented variables, whose values are replaced by this
// machine's.
func (m machine) bash(t *testing.T, folder string, options []string, script string, documented map[string]string, given ...string) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, "bash", append(options, "-c", script)...)
	command.Dir = folder
	command.Env = append(withoutSettings(os.Environ()), given...)
	command.Env = append(command.Env, "PATH="+filepath.Dir(program)+string(os.PathListSeparator)+os.Getenv("PATH"))
	real := map[string]string{"MINIDOCK_SERVER": m.url, "MINIDOCK_MINI_PROGRAM": m.appID, "MINIDOCK_TOKEN": m.token}
	for name := range documented {
		command.Env = append(command.Env, name+"="+real[name])
	}
	out, err := command.CombinedOutput()
	if err != nil {
		return errors.Join(err, errors.New(string(out)))
	}
	return nil
}

// newMachine starts a server with the demo's people, and makes a token that uploads.
func newMachine(t *testing.T, data ...string) machine {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if out, err := exec.CommandContext(ctx, program, append([]string{"demo"}, data...)...).CombinedOutput(); err != nil {
		t.Fatalf("minidock demo: %v\n%s", err, out)
	}
	m := machine{url: startWith(t, append([]string{"--addr", "127.0.0.1:0"}, data...), nil).URL, owner: newClient(t)}
	if got := signIn(t, m.owner, m.url); len(got) != 0 {
		t.Fatalf("the demo's owner cannot sign in: %v", got)
	}
	m.workspaceID = workspace(t, m.owner, m.url).ID
	got := ask[struct {
		Workspace struct {
			MiniPrograms struct{ Nodes []struct{ ID, AppID string } }
		}
	}](t, m.owner, m.url, `query ($id: ID!) { workspace(id: $id) { miniPrograms(first: 1) { nodes { id appId } } } }`, map[string]any{"id": m.workspaceID})
	m.miniProgramID, m.appID = got.Workspace.MiniPrograms.Nodes[0].ID, got.Workspace.MiniPrograms.Nodes[0].AppID
	m.token = m.newToken(t, "UPLOAD")
	return m
}

// newToken makes a token with one scope.
func (m machine) newToken(t *testing.T, scope string) string {
	t.Helper()
	got := ask[struct {
		CreateAPIToken struct {
			Secret     string
			UserErrors []struct{ Code string }
		}
	}](t, m.owner, m.url, `mutation ($input: CreateApiTokenInput!) { createApiToken(input: $input) { secret userErrors { code } } }`, map[string]any{
		"input": map[string]any{"workspaceId": m.workspaceID, "name": "CI", "scopes": []string{scope}, "miniProgramIds": []string{m.miniProgramID}},
	})
	if got.CreateAPIToken.Secret == "" {
		t.Fatalf("no token: %v", got.CreateAPIToken.UserErrors)
	}
	return got.CreateAPIToken.Secret
}

// ran is what a run of the program left behind.
type ran struct {
	code           int
	stdout, stderr string
}

func (r ran) String() string {
	return "exit code " + strconv.Itoa(r.code) + "\n" + r.stdout + r.stderr
}

// run runs the program with the machine's settings in its environment.
func (m machine) run(t *testing.T, args ...string) ran {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var stdout, stderr bytes.Buffer
	command := exec.CommandContext(ctx, program, args...)
	command.Stdout, command.Stderr = &stdout, &stderr
	command.Env = append(withoutSettings(os.Environ()), "MINIDOCK_SERVER="+m.url, "MINIDOCK_MINI_PROGRAM="+m.miniProgramID, "MINIDOCK_TOKEN="+m.token)
	var exit *exec.ExitError
	if err := command.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if m.token != "" && !slices.Contains(args, m.token) && strings.Contains(stdout.String()+stderr.String(), m.token) {
		t.Errorf("minidock %q shows the token", args)
	}
	return ran{code: command.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String()}
}

// uploaded is what --json prints.
type uploaded struct {
	ran
	Version  *struct{ ID, Number, Status string }
	Problems []struct {
		Code, Message string
		File          *string
		Line          *int
	}
}

// uploaded reads what the run printed, which must be one JSON object.
func (r ran) uploaded(t *testing.T) uploaded {
	t.Helper()
	got := uploaded{ran: r}
	if err := json.Unmarshal([]byte(r.stdout), &got); err != nil {
		t.Errorf("%v: %s", err, r)
	}
	return got
}

// folderOf makes a folder with these files.
func folderOf(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		at := filepath.Join(root, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.WriteFile(at, []byte(content), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return root
}
