package api_test

import (
	"bytes"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"minidock/ent/assignment"
	"minidock/ent/member"
	"minidock/ent/miniprogram"
	"minidock/internal/apitest"
)

func TestCreateMiniProgramReturnsEveryField(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		before := w.Now()
		answer := owner.Create(t, apitest.CreateInput(workspace))
		answer.CreatedMiniProgram(t)
		if codes := answer.WarningCodes(t); len(codes) != 0 {
			t.Errorf("warnings %q", codes)
		}
		for path, want := range map[string]any{
			"name": "小咖啡馆", "tagline": "现磨咖啡在线点单", "description": "新鲜现磨咖啡，在线点单，到店自取，省时省心。",
			"language": "zh-Hans", "status": "CREATED", "servicePhone": "0571-1234567", "serviceEmail": "help@example.com",
			"workspace.id": workspace, "workspace.name": "Coffee", "industry.code": "5812", "industry.id": "ind_5812",
			"industry.group": "MISCELLANEOUS_STORES", "logo.width": 64.0, "logo.height": 64.0, "logo.contentType": "image/png",
			"launchTargets.0.code": "ALIPAY_CN", "launchTargets.1": nil,
			"createdBy.id": owner.ID, "createdBy.email": "ann@example.com", "createdBy.displayName": "ann",
		} {
			if got := answer.Get("createMiniProgram.miniProgram." + path); got != want {
				t.Errorf("%s is %v, want %v", path, got, want)
			}
		}
		if got := answer.String(t, "createMiniProgram.query.viewer.user.id"); got != owner.ID {
			t.Errorf("the payload's query sees %q", got)
		}
		if appID := answer.String(t, "createMiniProgram.miniProgram.appId"); !regexp.MustCompile(`^[1-9][0-9]{15}$`).MatchString(appID) {
			t.Errorf("appId %q", appID)
		}
		createdAt := answer.String(t, "createMiniProgram.miniProgram.createdAt")
		at, err := time.Parse(time.RFC3339Nano, createdAt)
		if err != nil || !strings.HasSuffix(createdAt, "Z") || at.Before(before) || at.After(w.Now()) {
			t.Errorf("createdAt %q is not now in UTC", createdAt)
		}
		if updatedAt := answer.String(t, "createMiniProgram.miniProgram.updatedAt"); updatedAt != createdAt {
			t.Errorf("updatedAt %q, createdAt %q", updatedAt, createdAt)
		}
	})
}

func TestCreateMiniProgramIsReadAgainEverywhere(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner, other := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		workspace, empty := owner.CreateWorkspace(t, "Coffee"), owner.CreateWorkspace(t, "Tea")
		answer := owner.Create(t, apitest.CreateInput(workspace))
		id, name := answer.CreatedMiniProgram(t), answer.String(t, "createMiniProgram.miniProgram.name")
		again := owner.Do(t, apitest.MiniProgramQuery, apitest.Vars{"id": id})
		wrote, read := answer.Get("createMiniProgram.miniProgram").(map[string]any), again.Get("miniProgram").(map[string]any)
		for field := range wrote {
			if !reflect.DeepEqual(wrote[field], read[field]) {
				t.Errorf("%s was %v and is read as %v", field, wrote[field], read[field])
			}
		}
		elsewhere := owner.Do(t, `query($id: ID!, $workspace: ID!, $empty: ID!) {
			node(id: $id) { id ... on MiniProgram { name } }
			workspace(id: $workspace) { miniPrograms { totalCount nodes { id name } } }
			empty: workspace(id: $empty) { miniPrograms { totalCount nodes { id } } }
		}`, apitest.Vars{"id": id, "workspace": workspace, "empty": empty})
		for path, want := range map[string]any{
			"node.id": id, "node.name": name, "workspace.miniPrograms.nodes.0.id": id, "workspace.miniPrograms.totalCount": 1.0,
			"workspace.miniPrograms.nodes.1": nil, "empty.miniPrograms.totalCount": 0.0, "empty.miniPrograms.nodes.0": nil,
		} {
			if got := elsewhere.Get(path); got != want {
				t.Errorf("%s is %v, want %v", path, got, want)
			}
		}
		if stranger := other.Do(t, `query($id: ID!) { node(id: $id) { id } }`, apitest.Vars{"id": id}); stranger.Get("node") != nil {
			t.Errorf("a stranger sees it: %s", stranger.Body)
		}
		if owner.QuotaUsed(t, workspace) != 1 || owner.QuotaUsed(t, empty) != 0 {
			t.Error("the quota is not used once, in the workspace alone")
		}
	})
}

func TestTheCreatorIsTheFirstAdmin(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner, master := w.SignUp(t, "ann"), w.SignUp(t, "max")
		workspace := owner.CreateWorkspace(t, "Coffee")
		membership := w.Join(t, workspace, master, member.RoleMASTER)
		answer := master.Create(t, apitest.CreateInput(workspace))
		id := answer.CreatedMiniProgram(t)
		if got := answer.String(t, "createMiniProgram.miniProgram.createdBy.id"); got != master.ID {
			t.Errorf("created by %s", got)
		}
		assigned := w.Client.Assignment.Query().Where(assignment.MiniProgramID(id)).AllX(t.Context())
		if len(assigned) != 1 || assigned[0].MemberID != membership {
			t.Errorf("assigned %v, want the creator %s alone", assigned, membership)
		}
	})
}

func TestCreateMiniProgramServesTheLogoItShows(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		for contentType, content := range map[string][]byte{"image/png": apitest.PNG(80, 80), "image/jpeg": apitest.JPEG(80, 80)} {
			input := apitest.CreateInput(owner.CreateWorkspace(t, "Coffee")).With("logo", apitest.Vars{"base64": apitest.Base64(content)})
			answer := owner.Create(t, input)
			answer.CreatedMiniProgram(t)
			url := answer.String(t, "createMiniProgram.miniProgram.logo.url")
			if !strings.HasPrefix(url, w.URL+"/logos/") {
				t.Fatalf("logo at %s", url)
			}
			response := w.Get(t, strings.TrimPrefix(url, w.URL))
			body, err := io.ReadAll(response.Body)
			if err != nil || response.StatusCode != 200 || response.Header.Get("Content-Type") != contentType {
				t.Errorf("%v, status %d, type %s, want %s", err, response.StatusCode, response.Header.Get("Content-Type"), contentType)
			}
			if response.Header.Get("X-Content-Type-Options") != "nosniff" || response.Header.Get("ETag") == "" ||
				response.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" {
				t.Errorf("headers %v", response.Header)
			}
			config, format, err := image.DecodeConfig(bytes.NewReader(body))
			if err != nil || "image/"+format != contentType || config.Width != 80 || config.Height != 80 {
				t.Errorf("%v: %s of %dx%d", err, format, config.Width, config.Height)
			}
		}
	})
}

func TestCreateMiniProgramReportsAllErrorsInTheOrderOfTheInput(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		owner.Create(t, apitest.CreateInput(workspace)).CreatedMiniProgram(t)
		before := w.Written(t)
		owner.Create(t, apitest.Vars{
			"idempotencyKey": "", "serviceEmail": "nobody", "servicePhone": "057-1234567", "industryCode": "0000",
			"logo": nil, "description": "short", "tagline": "\u202E" + strings.Repeat("a", 99), "name": "小咖啡馆",
			"launchTargetCode": "NOWHERE", "workspaceId": workspace,
		}).HasUserErrors(t, "NOT_FOUND launchTargetCode", "TAKEN name", "INVALID_CHARACTER tagline", "TOO_SHORT description", "BLANK logo", "NOT_FOUND industryCode", "INVALID_FORMAT servicePhone", "INVALID_FORMAT serviceEmail", "BLANK idempotencyKey")
		owner.Create(t, apitest.Vars{
			"workspaceId": workspace, "launchTargetCode": " ", "name": "", "tagline": "\u3000", "description": "\n",
			"industryCode": "", "servicePhone": " ", "serviceEmail": "\t",
		}).HasUserErrors(t, "BLANK launchTargetCode", "BLANK name", "BLANK tagline", "BLANK description", "BLANK logo", "BLANK industryCode", "BLANK servicePhone", "BLANK serviceEmail")
		if after := w.Written(t); after != before {
			t.Errorf("refused, but written: %s, then %s", before, after)
		}
	})
}

func TestASingleErrorWritesNothing(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		input := apitest.CreateInput(owner.CreateWorkspace(t, "Coffee")).With("idempotencyKey", "a key")
		before := w.Written(t)
		for _, test := range []struct {
			field, code string
			value       any
		}{
			{"launchTargetCode", "NOT_FOUND", "alipay_cn"}, {"name", "BLANK", ""}, {"tagline", "TOO_SHORT", "short"},
			{"description", "TOO_LONG", strings.Repeat("long", 51)}, {"logo", "INVALID_FORMAT", apitest.Vars{"base64": "%"}},
			{"industryCode", "NOT_FOUND", "3000"}, {"servicePhone", "INVALID_FORMAT", "05711234567"},
			{"serviceEmail", "INVALID_FORMAT", "a@b"}, {"idempotencyKey", "TOO_LONG", strings.Repeat("k", 256)},
		} {
			refused := owner.Create(t, input.With(test.field, test.value)).HasUserErrors(t, test.code+" "+test.field)
			if len(refused) != 1 || !slices.Equal(refused[0].Path, []string{"input", test.field}) {
				t.Errorf("%s: %v", test.field, refused)
			}
		}
		if after := w.Written(t); after != before || !strings.HasPrefix(after, "0 mini programs") {
			t.Errorf("refused, but written: %s, then %s", before, after)
		}
		owner.Create(t, input).CreatedMiniProgram(t)
		if got, want := w.Written(t), "1 mini programs, 1 targetings, 1 assignments, 1 idempotency keys, quota 1, 1 logos"; got != want {
			t.Errorf("written %s, want %s", got, want)
		}
	})
}

func TestTextsAreStoredTrimmedAndNormalised(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		input := apitest.CreateInput(owner.CreateWorkspace(t, "Coffee"))
		input["name"] = " \u3000Cafe\u0301 小馆 "
		input["tagline"] = "\n一二三四五\t"
		input["description"] = " 一二三四五\r\n六七八九十\r末\u00A0"
		input["serviceEmail"] = " Help@Example.com\n"
		answer := owner.Create(t, input)
		row := w.Client.MiniProgram.Query().Where(miniprogram.ID(answer.CreatedMiniProgram(t))).OnlyX(t.Context())
		for field, want := range map[string][2]string{
			"name": {row.Name, "Caf\u00e9 小馆"}, "tagline": {row.Tagline, "一二三四五"},
			"description": {row.Description, "一二三四五\n六七八九十\n末"}, "serviceEmail": {row.ServiceEmail, "Help@Example.com"},
		} {
			if got := answer.String(t, "createMiniProgram.miniProgram."+field); got != want[1] || want[0] != want[1] {
				t.Errorf("%s is %q, kept as %q, want %q", field, got, want[0], want[1])
			}
		}
	})
}
