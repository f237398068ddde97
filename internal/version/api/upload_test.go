package api_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"minidock/ent/member"
	"minidock/ent/version"
	"minidock/internal/apitest"
	"minidock/internal/bundle/bundletest"
	"minidock/internal/limit"
)

var project = bundletest.Zip(bundletest.Project())

// small returns a package of one page, which differs from that of another text.
func small(text string) []byte {
	return bundletest.Zip(map[string]string{
		"app.json": `{"pages": ["pages/index/index"]}`, "pages/index/index.axml": "<view>" + text + "</view>", "pages/index/index.js": "Page({});",
	})
}

const readVersion = `query($id: ID!) { version(id: $id) {
	id number status size unpackedSize fileCount sha256 entryPage pages { path title part } parts { root size } largestFiles { path size }
	tabBar { items { page title icon activeIcon } } plugins { name version provider } permissions { scope description } minimumHostVersion appJson notes
	warnings { code path messageParams { name value } } uploadedBy { id } createdAt viewerCan miniProgram { id status latestVersion { id } versionQuota { used limit } }
	task { id status progress createdAt startedAt finishedAt log { at level code file line message } }
} }`

func TestAnUploadedVersionIsCheckedAndReady(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		miniProgramID := ann.CreateMiniProgram(t, ann.CreateWorkspace(t, "Coffee"), "咖啡店")
		uploaded := ann.UploadVersion(t, miniProgramID, apitest.Vars{"notes": "First\n\tbuild", "minimumHostVersion": "10.2"}, project).Succeeded(t)
		versionID := uploaded.String(t, "uploadVersion.version.id")
		for path, want := range map[string]any{
			"uploadVersion.version.number": "1.0.0", "uploadVersion.version.status": "CHECKING", "uploadVersion.version.size": float64(len(project)),
			"uploadVersion.versionEdge.node.id": versionID, "uploadVersion.deletedVersionId": nil, "uploadVersion.miniProgram.status": "CREATED",
			"uploadVersion.miniProgram.versionQuota.used": 1.0, "uploadVersion.miniProgram.versionQuota.limit": 20.0,
		} {
			if got := uploaded.Get(path); got != want {
				t.Errorf("%s is %v, want %v", path, got, want)
			}
		}
		waiting := ann.Do(t, readVersion, apitest.Vars{"id": versionID})
		for path, want := range map[string]any{
			"version.status": "CHECKING", "version.pages": []any{}, "version.unpackedSize": nil, "version.appJson": nil, "version.tabBar": nil,
			"version.viewerCan":   []any{"DELETE_VERSION", "VIEW_TASK_UPDATED", "VIEW_VERSION"},
			"version.task.status": "QUEUED", "version.task.progress": 0.0, "version.task.startedAt": nil, "version.task.log": []any{},
		} {
			if got := waiting.Get(path); !reflect.DeepEqual(got, want) {
				t.Errorf("while it is checked %s is %v, want %v", path, got, want)
			}
		}
		w.CheckPackages(t)
		hash := sha256.Sum256(project)
		ready := ann.Do(t, readVersion, apitest.Vars{"id": versionID})
		for path, want := range map[string]any{
			"version.status": "READY", "version.sha256": hex.EncodeToString(hash[:]), "version.entryPage": "pages/index/index", "version.notes": "First\n build",
			"version.minimumHostVersion": "10.2", "version.pages.0.path": "pages/index/index", "version.pages.0.title": "首页", "version.pages.3.path": "coupons/list/list",
			"version.pages.3.part": "coupons", "version.parts.0.root": "", "version.parts.1.root": "coupons", "version.uploadedBy.id": ann.ID,
			"version.tabBar.items.0.title": "首页", "version.plugins.0.name": "pay", "version.permissions.0.scope": "scope.userLocation",
			"version.miniProgram.status": "NEW_VERSION_CREATED", "version.miniProgram.latestVersion.id": versionID,
			"version.task.status": "SUCCEEDED", "version.task.progress": 100.0, "version.task.log.0.level": "INFO", "version.task.log.0.message": "Checking the package.",
		} {
			if got := ready.Get(path); got != want {
				t.Errorf("%s is %v, want %v", path, got, want)
			}
		}
		for _, path := range []string{"version.createdAt", "version.task.createdAt", "version.task.startedAt", "version.task.finishedAt"} {
			ready.Time(t, path)
		}
		if got := ready.Get("version.viewerCan"); !reflect.DeepEqual(got, []any{"COMPARE_VERSIONS", "DELETE_VERSION", "VIEW_TASK_UPDATED", "VIEW_VERSION"}) {
			t.Errorf("the viewer can %v", got)
		}
		if got := len(ready.List(t, "version.largestFiles")); got != min(20, len(bundletest.Project())) {
			t.Errorf("%d largest files", got)
		}
	})
}

func TestWithoutANumberThePatchIsRaised(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		miniProgramID := ann.CreateMiniProgram(t, ann.CreateWorkspace(t, "Coffee"), "咖啡店")
		for i, one := range []struct{ asked, want string }{{"", "1.0.0"}, {"", "1.0.1"}, {"2.3.999999", "2.3.999999"}, {"", "2.4.0"}, {" 3.0.0 ", "3.0.0"}} {
			input := apitest.Vars{}
			if one.asked != "" {
				input["number"] = one.asked
			}
			if got := ann.UploadVersion(t, miniProgramID, input, small(fmt.Sprint(i))).Succeeded(t).String(t, "uploadVersion.version.number"); got != one.want {
				t.Errorf("%q gives %s, want %s", one.asked, got, one.want)
			}
		}
	})
}

func TestANumberMustExceedAllBefore(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		miniProgramID := ann.CreateMiniProgram(t, ann.CreateWorkspace(t, "Coffee"), "咖啡店")
		ann.UploadVersion(t, miniProgramID, apitest.Vars{"number": "1.1.0"}, small("a")).Succeeded(t)
		last := ann.UploadVersion(t, miniProgramID, apitest.Vars{"number": "1.2.0"}, small("b")).UploadedVersion(t)
		for number, code := range map[string]string{"1.1.0": "VERSION_EXISTS", "1.2.0": "VERSION_EXISTS", "1.1.9": "VERSION_TOO_LOW", "0.0.0": "VERSION_TOO_LOW"} {
			refused := ann.UploadVersion(t, miniProgramID, apitest.Vars{"number": number}, small("c")).HasUserErrors(t, code+" number")
			if refused[0].Params["highest"] != "1.2.0" || refused[0].Params["value"] != number {
				t.Errorf("%s: %v", number, refused[0].Params)
			}
		}
		ann.Mutate(t, "deleteVersion", apitest.Vars{"versionId": last}).Succeeded(t)
		refused := ann.UploadVersion(t, miniProgramID, apitest.Vars{"number": "1.2.0"}, small("c")).HasUserErrors(t, "VERSION_EXISTS number")
		if refused[0].Params["highest"] != "1.2.0" {
			t.Errorf("after the highest was deleted: %v", refused[0].Params)
		}
		ann.UploadVersion(t, miniProgramID, apitest.Vars{"number": "1.2.1"}, small("c")).Succeeded(t)
	})
}

func TestAfterTheLastNumberThereIsNone(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		miniProgramID := ann.CreateMiniProgram(t, ann.CreateWorkspace(t, "Coffee"), "咖啡店")
		ann.UploadVersion(t, miniProgramID, apitest.Vars{"number": "999999.999999.999999"}, small("a")).Succeeded(t)
		refused := ann.UploadVersion(t, miniProgramID, apitest.Vars{}, small("b")).HasUserErrors(t, "VERSION_TOO_LOW number")
		if refused[0].Message != "There is no number after 999999.999999.999999." {
			t.Errorf("%+v", refused[0])
		}
	})
}

func TestAllMistakesOfAnUploadComeAtOnce(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		miniProgramID := ann.CreateMiniProgram(t, ann.CreateWorkspace(t, "Coffee"), "咖啡店")
		for _, one := range []struct {
			input apitest.Vars
			want  []string
		}{
			{apitest.Vars{"number": "1.0", "notes": strings.Repeat("一", 2001), "minimumHostVersion": "10.x", "idempotencyKey": ""}, []string{"NOT_A_ZIP source.package", "INVALID_FORMAT number", "TOO_LONG notes", "INVALID_FORMAT minimumHostVersion", "BLANK idempotencyKey"}},
			{apitest.Vars{"number": " ", "notes": "a\x00b", "minimumHostVersion": ""}, []string{"NOT_A_ZIP source.package", "BLANK number", "INVALID_CHARACTER notes", "BLANK minimumHostVersion"}},
			{apitest.Vars{"number": "1.0.1000000"}, []string{"NOT_A_ZIP source.package", "INVALID_FORMAT number"}},
		} {
			w.WritesNothing(t, "a refused upload", func() {
				ann.UploadVersion(t, miniProgramID, one.input, []byte("no zip")).HasUserErrors(t, one.want...)
			})
		}
		ann.UploadVersion(t, miniProgramID, apitest.Vars{"notes": " \n ", "number": nil, "minimumHostVersion": nil}, small("a")).Succeeded(t)
		if got := w.Client.Version.Query().OnlyX(t.Context()); got.Notes != nil {
			t.Errorf("blank notes are %q", *got.Notes)
		}
	})
}

func TestWhatTheDirectoryShowsIsRefusedAtOnce(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		miniProgramID := ann.CreateMiniProgram(t, ann.CreateWorkspace(t, "Coffee"), "咖啡店")
		files := w.Files(t)
		for code, content := range map[string][]byte{
			"NO_APP_JSON":      bundletest.Zip(map[string]string{"a/b/c/app.json": "{}", "x/y": ""}),
			"MINI_GAME":        bundletest.Zip(map[string]string{"game.json": "{}"}),
			"PLUGIN_PROJECT":   bundletest.Zip(map[string]string{"plugin.json": "{}"}),
			"COMPILED_PACKAGE": bundletest.Zip(map[string]string{"appConfig.json": "{}"}),
			"PATH_TRAVERSAL":   bundletest.Raw(bundletest.Entry{Name: "../evil.js", Content: "x"}),
		} {
			w.WritesNothing(t, code, func() {
				refused := ann.UploadVersion(t, miniProgramID, apitest.Vars{}, content).HasUserErrors(t, code+" source.package")
				if !slices.Equal(refused[0].Path, []string{"input", "source", "package"}) {
					t.Errorf("%s at %q", code, refused[0].Path)
				}
				if code == "PATH_TRAVERSAL" && refused[0].Params["file"] != "../evil.js" {
					t.Errorf("%s: %v", code, refused[0].Params)
				}
			})
		}
		if got := w.Files(t); !slices.Equal(got, files) {
			t.Errorf("refused packages are stored: %q", got)
		}
	})
}

func TestWhatIsFoundByReadingIsInTheLog(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		miniProgramID := ann.CreateMiniProgram(t, ann.CreateWorkspace(t, "Coffee"), "咖啡店")
		broken := bundletest.With(bundletest.Project(), map[string]string{"pages/index/index.json": "{\n  \"defaultTitle\": oops\n}"})
		versionID := ann.UploadVersion(t, miniProgramID, apitest.Vars{}, bundletest.Zip(bundletest.Without(broken, "coupons/list/list.js"))).UploadedVersion(t)
		w.CheckPackages(t)
		answer := ann.Do(t, readVersion, apitest.Vars{"id": versionID})
		if answer.Get("version.status") != "FAILED" || answer.Get("version.task.status") != "FAILED" || answer.Get("version.miniProgram.status") != "CREATED" ||
			answer.Get("version.miniProgram.versionQuota.used") != 0.0 {
			t.Errorf("%s", answer.Body)
		}
		found := map[string]map[string]any{}
		for _, line := range answer.List(t, "version.task.log") {
			if line := line.(map[string]any); line["level"] == "ERROR" {
				found[line["code"].(string)] = line
			}
		}
		if len(found) != 2 || found["BROKEN_JSON"]["file"] != "pages/index/index.json" || found["BROKEN_JSON"]["line"] != 2.0 || found["MISSING_PAGE"]["file"] != "coupons/list/list.js" {
			t.Errorf("%v", found)
		}
		chinese := w.Version(t, versionID)
		ann.Header.Set("Accept-Language", "zh")
		if message := ann.Do(t, readVersion, apitest.Vars{"id": chinese.ID}).String(t, "version.task.log.0.message"); message != "正在检查代码包。" {
			t.Errorf("in Chinese: %s", message)
		}
	})
}

func TestOfFailedVersionsTheLastAreKept(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		miniProgramID := ann.CreateMiniProgram(t, ann.CreateWorkspace(t, "Coffee"), "咖啡店")
		ready := w.ReadyVersion(t, ann, miniProgramID, small("ready"))
		for i := range 22 {
			files := map[string]string{"app.json": `{"pages": ["pages/index/index"]}`, "a.txt": fmt.Sprint(i)}
			ann.UploadVersion(t, miniProgramID, apitest.Vars{}, bundletest.Zip(files)).UploadedVersion(t)
			w.CheckPackages(t)
		}
		rows := w.Client.Version.Query().Order(version.ByNumberKey()).AllX(t.Context())
		if len(rows) != 21 || rows[0].ID != ready || rows[1].Number != "1.0.3" {
			t.Errorf("%d are kept, the second is %s", len(rows), rows[1].Number)
		}
		if status := w.MiniProgram(t, miniProgramID).Status; status != "NEW_VERSION_CREATED" {
			t.Errorf("the mini program is %s", status)
		}
	})
}

func TestACheckThatEndsAfterManyLaterOnesHasFailedHasItsResult(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		miniProgramID := ann.CreateMiniProgram(t, ann.CreateWorkspace(t, "Coffee"), "咖啡店")
		first := ann.UploadVersion(t, miniProgramID, apitest.Vars{}, bundletest.Zip(map[string]string{"app.json": `{"pages": ["a"]}`})).UploadedVersion(t)
		for range 20 {
			w.InsertVersion(t, miniProgramID, apitest.VersionRow{UploadedBy: ann, Status: version.StatusFAILED})
		}
		w.CheckPackages(t)
		if row := w.Version(t, first); row.Status != version.StatusFAILED || row.QueryTask().OnlyX(t.Context()).FinishedAt == nil {
			t.Errorf("it is %s", row.Status)
		}
		if n := w.Client.Version.Query().CountX(t.Context()); n != 20 {
			t.Errorf("%d are kept", n)
		}
	})
}

func TestTooManyVersionsAreRefusedOrReplaceTheOldest(t *testing.T) {
	apitest.RunWith(t, apitest.Options{Limits: apitest.Limits(func(l *limit.Limits) { l.Versions = 3 })}, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		miniProgramID := ann.CreateMiniProgram(t, ann.CreateWorkspace(t, "Coffee"), "咖啡店")
		var ids []string
		for i := range 3 {
			ids = append(ids, ann.UploadVersion(t, miniProgramID, apitest.Vars{}, small(fmt.Sprint(i))).UploadedVersion(t))
		}
		w.WritesNothing(t, "an upload over the quota", func() {
			refused := ann.UploadVersion(t, miniProgramID, apitest.Vars{}, small("3")).HasUserErrors(t, "QUOTA_EXCEEDED")
			if refused[0].Params["used"] != "3" || refused[0].Params["limit"] != "3" || !strings.Contains(refused[0].Message, "version") {
				t.Errorf("%+v", refused[0])
			}
		})
		replaced := ann.UploadVersion(t, miniProgramID, apitest.Vars{"replaceOldest": true}, small("3")).Succeeded(t)
		if got := replaced.Get("uploadVersion.deletedVersionId"); got != ids[0] || replaced.Get("uploadVersion.miniProgram.versionQuota.used") != 3.0 {
			t.Errorf("replaced %v: %s", got, replaced.Body)
		}
		w.CheckPackages(t)
		if left := w.Client.Version.Query().Where(version.StatusEQ(version.StatusREADY)).CountX(t.Context()); left != 3 {
			t.Errorf("%d are READY", left)
		}
		answer := ann.Do(t, `query($id: ID!) { version(id: $id) { id } }`, apitest.Vars{"id": ids[0]})
		answer.Refused(t, "NOT_FOUND")
	})
}

func TestAVersionIsMadeOfAnEarlierPackage(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		workspaceID := ann.CreateWorkspace(t, "Coffee")
		miniProgramID, otherID := ann.CreateMiniProgram(t, workspaceID, "咖啡店"), ann.CreateMiniProgram(t, workspaceID, "茶店店")
		ready := w.ReadyVersion(t, ann, miniProgramID, project)
		again := ann.UploadAgain(t, miniProgramID, ready, apitest.Vars{"number": "7.0.0"}).UploadedVersion(t)
		ann.UploadAgain(t, miniProgramID, again, apitest.Vars{}).HasUserErrors(t, "NOT_READY source.fromVersionId")
		w.CheckPackages(t)
		before, after := w.Version(t, ready), w.Version(t, again)
		if after.Status != version.StatusREADY || after.Sha256 != before.Sha256 || *after.Contents != *before.Contents || after.Number != "7.0.0" {
			t.Errorf("made %v of %v", after, before)
		}
		if packages := slices.DeleteFunc(w.Files(t), func(name string) bool { return !strings.HasSuffix(name, ".zip") }); len(packages) != 1 {
			t.Errorf("the same bytes are stored as %q", packages)
		}
		for _, missing := range []string{"ver_none", "ver_\x00", "", w.ReadyVersion(t, ann, otherID, small("other")), miniProgramID} {
			ann.UploadAgain(t, miniProgramID, missing, apitest.Vars{}).HasUserErrors(t, "NOT_FOUND source.fromVersionId")
		}
	})
}

func TestTheSameUploadWithAKeyGivesTheSameVersion(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		miniProgramID := ann.CreateMiniProgram(t, ann.CreateWorkspace(t, "Coffee"), "咖啡店")
		key := apitest.Vars{"idempotencyKey": "build 7"}
		first := ann.UploadVersion(t, miniProgramID, key, project).UploadedVersion(t)
		if again := ann.UploadVersion(t, miniProgramID, key, project).UploadedVersion(t); again != first {
			t.Errorf("%s, then %s", first, again)
		}
		ann.UploadVersion(t, miniProgramID, key, small("other")).HasUserErrors(t, "IDEMPOTENCY_KEY_REUSED idempotencyKey")
		ann.UploadVersion(t, miniProgramID, key.With("notes", "others"), project).HasUserErrors(t, "IDEMPOTENCY_KEY_REUSED idempotencyKey")
		answers := apitest.AtOnce(4, func(int) *apitest.Answer {
			return ann.Elsewhere(t).UploadVersion(t, miniProgramID, apitest.Vars{"idempotencyKey": "at once"}, project)
		})
		ids := map[string]bool{}
		for _, answer := range answers {
			ids[answer.UploadedVersion(t)] = true
		}
		if n := w.Client.Version.Query().CountX(t.Context()); len(ids) != 1 || n != 2 {
			t.Errorf("at once: %v, %d versions", ids, n)
		}
	})
}

func TestAFileCanBeUsedTwiceInARequest(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		miniProgramID := ann.CreateMiniProgram(t, ann.CreateWorkspace(t, "Coffee"), "咖啡店")
		answer := ann.Upload(t, `mutation($input: UploadVersionInput!) {
			first: uploadVersion(input: $input) { version { number } userErrors { code } } second: uploadVersion(input: $input) { version { number } userErrors { code } }
		}`, apitest.Vars{"input": apitest.Vars{"miniProgramId": miniProgramID, "source": apitest.Vars{"package": nil}}},
			map[string]apitest.File{"variables.input.source.package": {Name: "dist.zip", Content: project}})
		if answer.Get("first.version.number") != "1.0.0" || answer.Get("second.version.number") != "1.0.1" {
			t.Errorf("%s", answer.Body)
		}
		w.CheckPackages(t)
		if n := w.Client.Version.Query().Where(version.StatusEQ(version.StatusREADY)).CountX(t.Context()); n != 2 {
			t.Errorf("%d are READY", n)
		}
	})
}

func TestUploadsAtOnceNeverShareANumber(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		miniProgramID := ann.CreateMiniProgram(t, ann.CreateWorkspace(t, "Coffee"), "咖啡店")
		numbers := map[string]bool{}
		for _, answer := range apitest.AtOnce(8, func(i int) *apitest.Answer {
			return ann.UploadVersion(t, miniProgramID, apitest.Vars{}, small(fmt.Sprint(i)))
		}) {
			numbers[answer.Succeeded(t).String(t, "uploadVersion.version.number")] = true
		}
		if len(numbers) != 8 || !numbers["1.0.0"] || !numbers["1.0.7"] {
			t.Errorf("numbers %v", numbers)
		}
		outcomes := map[string]int{}
		for _, answer := range apitest.AtOnce(6, func(i int) *apitest.Answer {
			return ann.UploadVersion(t, miniProgramID, apitest.Vars{"number": fmt.Sprintf("2.0.%d", i/2)}, small(fmt.Sprint(i)))
		}) {
			outcomes[answer.Outcome(t)]++
		}
		if outcomes["done"] < 1 || outcomes["done"]+outcomes["VERSION_EXISTS number"]+outcomes["VERSION_TOO_LOW number"] != 6 {
			t.Errorf("outcomes %v", outcomes)
		}
	})
}

func TestTheQuotaHoldsForUploadsAtOnce(t *testing.T) {
	apitest.RunWith(t, apitest.Options{Limits: apitest.Limits(func(l *limit.Limits) { l.Versions = 3 })}, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		miniProgramID := ann.CreateMiniProgram(t, ann.CreateWorkspace(t, "Coffee"), "咖啡店")
		outcomes := map[string]int{}
		for _, answer := range apitest.AtOnce(8, func(i int) *apitest.Answer {
			return ann.UploadVersion(t, miniProgramID, apitest.Vars{}, small(fmt.Sprint(i)))
		}) {
			outcomes[answer.Outcome(t)]++
		}
		if outcomes["done"] != 3 || outcomes["QUOTA_EXCEEDED"] != 5 {
			t.Errorf("outcomes %v", outcomes)
		}
	})
}

func TestUploadsOfAWorkspaceAreLimited(t *testing.T) {
	apitest.RunWith(t, apitest.Options{Limits: apitest.Limits(func(l *limit.Limits) { l.VersionUploads = 2 })}, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		miniProgramID := ann.CreateMiniProgram(t, ann.CreateWorkspace(t, "Coffee"), "咖啡店")
		for i := range 2 {
			ann.UploadVersion(t, miniProgramID, apitest.Vars{}, small(fmt.Sprint(i))).Succeeded(t)
			ann.UploadVersion(t, miniProgramID, apitest.Vars{}, []byte("refused and not counted")).HasUserErrors(t, "NOT_A_ZIP source.package")
		}
		ann.UploadVersion(t, miniProgramID, apitest.Vars{}, small("2")).Refused(t, "RATE_LIMITED")
	})
}

func TestDevelopersUploadWhereTheyAreAssigned(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, dev := w.SignUp(t, "ann"), w.SignUp(t, "dev")
		workspaceID := ann.CreateWorkspace(t, "Coffee")
		assigned, other := ann.CreateMiniProgram(t, workspaceID, "咖啡店"), ann.CreateMiniProgram(t, workspaceID, "茶店店")
		memberID := w.Join(t, workspaceID, dev, member.RoleDEVELOPER)
		w.Assign(t, memberID, assigned)
		versionID := dev.UploadVersion(t, assigned, apitest.Vars{}, project).UploadedVersion(t)
		dev.UploadVersion(t, other, apitest.Vars{}, project).Refused(t, "NOT_FOUND")
		hidden := ann.UploadVersion(t, other, apitest.Vars{}, project).UploadedVersion(t)
		for _, query := range []string{
			`query($id: ID!) { version(id: $id) { id } }`, `query($id: ID!) { compareVersions(from: $id, to: $id) { pagesAdded } }`,
			`mutation($id: ID!) { deleteVersion(input: {versionId: $id}) { deletedVersionId } }`,
		} {
			dev.Do(t, query, apitest.Vars{"id": hidden}).Refused(t, "NOT_FOUND")
		}
		if got := dev.Do(t, `query($id: ID!) { node(id: $id) { id } }`, apitest.Vars{"id": hidden}).Get("node"); got != nil {
			t.Errorf("a hidden version is %v", got)
		}
		w.Client.Assignment.Delete().ExecX(t.Context())
		dev.Do(t, `query($id: ID!) { version(id: $id) { id } }`, apitest.Vars{"id": versionID}).Refused(t, "NOT_FOUND")
	})
}

func TestTheSweepKeepsThePackagesOfVersions(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		miniProgramID := ann.CreateMiniProgram(t, ann.CreateWorkspace(t, "Coffee"), "咖啡店")
		gone := w.ReadyVersion(t, ann, miniProgramID, small("gone"))
		kept := w.ReadyVersion(t, ann, miniProgramID, small("kept"))
		ann.Mutate(t, "deleteVersion", apitest.Vars{"versionId": gone}).Succeeded(t)
		w.AgeFiles(t, 2*60*60*1e9)
		if err := w.Server.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		row := w.Version(t, kept)
		left := w.Files(t)
		if len(left) != 3 || !slices.Contains(left, row.Sha256+".zip") || !slices.Contains(left, *row.FilesName) {
			t.Errorf("left are %q", left)
		}
	})
}

func TestAnUploadThatIsTooLargeIsRefused(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		miniProgramID := ann.CreateMiniProgram(t, ann.CreateWorkspace(t, "Coffee"), "咖啡店")
		over := bytes.Repeat([]byte{'x'}, 10<<20+1)
		refused := ann.UploadVersion(t, miniProgramID, apitest.Vars{}, over).HasUserErrors(t, "TOO_LARGE source.package")
		if refused[0].Params["max"] != "10485760" {
			t.Errorf("%v", refused[0].Params)
		}
		far := ann.UploadVersion(t, miniProgramID, apitest.Vars{}, bytes.Repeat([]byte{'x'}, 11<<20+1))
		if far.Status != 413 {
			t.Errorf("status %d", far.Status)
		}
		far.Refused(t, "PAYLOAD_TOO_LARGE")
	})
}
