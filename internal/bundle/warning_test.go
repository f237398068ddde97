package bundle

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"minidock/internal/bundle/bundletest"
)

func TestWarnings(t *testing.T) {
	t.Parallel()
	app := func(more string) map[string]string {
		return map[string]string{"app.json": "{\n\"pages\": [\"pages/index/index\"],\n" + more + "}"}
	}
	for name, test := range map[string]struct {
		more map[string]string
		// want are the code, file and line of each warning.
		want []string
	}{
		"debug":    {app(`"debug": true`), []string{"DEBUG_ON app.json 3"}},
		"no debug": {app(`"debug": false`), nil},
		"another host": {map[string]string{
			"a.js": "// a\nmy.request({url: 'https://API.other.com:443/x'})\n`https://api.other.com`",
		}, []string{"HOST_NOT_CONFIGURED a.js 2"}},
		"a host in two files": {map[string]string{"a.js": "'https://b.com'", "b.js": "'https://b.com'"}, []string{"HOST_NOT_CONFIGURED a.js 1"}},
		"a socket":            {map[string]string{"a.js": `"wss://b.com:8443"`}, []string{"HOST_NOT_CONFIGURED a.js 1"}},
		"http": {map[string]string{
			"a.js": "'http://b.com'",
			"b.js": "'http://b.com'",
		}, []string{"INSECURE_HOST a.js 1", "INSECURE_HOST b.js 1"}},
		"an address": {map[string]string{
			"a.js": "\n'https://10.0.0.1/x';'https://[::1]:80'",
		}, []string{"INSECURE_HOST a.js 2", "INSECURE_HOST a.js 2"}},
		"an escaped URL": {map[string]string{"a.js": `"https:\/\/b.com\/x"`}, []string{"HOST_NOT_CONFIGURED a.js 1"}},
		"a picture": {map[string]string{
			"a.axml": `<image src="http://b.com/a.png"/>`,
			"a.acss": "a { background: url(https://c.com/a.png) }",
		}, []string{"HOST_NOT_CONFIGURED a.acss 1", "INSECURE_HOST a.axml 1"}},
		"after a long line": {map[string]string{
			"a.js": strings.Repeat("x", 200_000) + "\n\n" + strings.Repeat("y", 70_000) + "'http://b.com'",
		}, []string{"INSECURE_HOST a.js 3"}},
		"namespaces": {map[string]string{
			"a.axml": `<svg xmlns="http://www.w3.org/2000/svg"/>`,
			"a.js":   `createElementNS("http://www.w3.org/2000/svg")`,
		}, nil},
		"comments": {map[string]string{
			"a.js": "/**\n * 'http://a.com'\n */\n// \"http://b.com\"\n/* see http://c.com */ var a = 1 // http://d.com",
		}, nil},
		"a long comment": {map[string]string{"a.js": "// " + strings.Repeat("x", 200_000) + "'http://b.com'"}, nil},
		"sentences": {map[string]string{
			"a.js": "throw 'see https://a.com/errors'; \"https://\" + host; `https://${host}/`; `https://a.${b}.com`; 'https://'; 'ftp://a.com'; 'https://intranet'",
		}, nil},
		"other people's": {map[string]string{
			"node_modules/a/a.js":     "'http://b.com'",
			"node_modules/a/a.js.map": "",
			"readme.txt":              "'http://b.com'",
		}, nil},

		"components": {map[string]string{"pages/index/index.json": `{"usingComponents": {"a": "/components/price/price", "b": "../../components/price/price", "c": "plugin://pay/x",
"d": "dynamicLib://y", "e": "/components/gone", "f": "./gone",
"g": "mini-badge/es/gone", "h": "mini-badge/es/badge/index", "i": "components/price/price", "j": 7}}`}, []string{
			"MISSING_COMPONENT pages/index/index.json 2", "MISSING_COMPONENT pages/index/index.json 2", "MISSING_COMPONENT pages/index/index.json 3",
		}},
		"a component's own": {map[string]string{
			"components/price/price.json": `{"usingComponents": {"self": "./price", "x": "./x"}}`,
		}, []string{"MISSING_COMPONENT components/price/price.json 1"}},
		"app.json's": {app(`"usingComponents": {"a": "/a/a"}`), []string{"MISSING_COMPONENT app.json 3"}},
		"another npm": {map[string]string{
			"pages/index/index.json":               `{"usingComponents": {"a": "ui/button", "b": "whole"}}`,
			"miniprogram_npm/ui/button/index.json": "{}",
			"node_modules/whole/package.json":      "{}",
		}, nil},
		"preload": {app(`"subPackages": [{"root": "coupons", "name": "c", "pages": []}],
"preloadRule": {"pages/index/index": {"packages": ["coupons", "c", "__APP__", "gone"]},
"pages/gone": {}}`), []string{"MISSING_PRELOAD app.json 4", "MISSING_PRELOAD app.json 5"}},

		"stray files": {map[string]string{
			".env": "", ".env.local": "", "a.js.map": "", "npm-debug.log": "", ".git/config": "", ".git/HEAD": "", "pages/.git/HEAD": "",
			".gitignore": "", "map": "",
		}, []string{
			"STRAY_FILE .env 0", "STRAY_FILE .env.local 0", "STRAY_FILE .git 0", "STRAY_FILE a.js.map 0", "STRAY_FILE npm-debug.log 0",
			"STRAY_FILE pages/.git 0",
		}},
		"pictures": {map[string]string{"a.png": picture(200_001), "b.JPG": picture(200_001), "c.png": picture(200_000), "d.bin": picture(300_000)},
			[]string{"LARGE_PICTURE a.png 0", "LARGE_PICTURE b.JPG 0"}},
		"case": {map[string]string{"assets/A.png": "", "assets/a.png": "", "Pages/x/y.js": "", "Pages/x/z.js": "", "İ": "", "i": ""},
			[]string{"NAMES_DIFFER_BY_CASE Pages 0", "NAMES_DIFFER_BY_CASE assets/a.png 0"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, warnings := accepted(t, bundletest.Zip(bundletest.With(bundletest.Project(), test.more)))
			var got []string
			for _, warning := range warnings {
				got = append(got, fmt.Sprintf("%s %s %d", warning.Code, warning.File, warning.Line))
			}
			if slices.Sort(got); !slices.Equal(got, test.want) {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

// picture returns this many bytes that are no good to a compressor.
func picture(size int) string {
	made := make([]byte, size)
	for i := range made {
		made[i] = byte(i * i >> 7)
	}
	return string(made)
}

func TestWarningsAreBounded(t *testing.T) {
	t.Parallel()
	files := bundletest.Project()
	for i := range 300 {
		files[fmt.Sprintf("logs/%d.log", i)] = ""
		files[fmt.Sprintf("code/%d.js", i)] = fmt.Sprintf("'http://a%d.com'", i)
	}
	report, found := check(t, bundletest.Zip(files))
	if len(found) > 0 || len(report.Warnings) != 100 || len(report.Hosts) != 200 || len(HostWarnings(report.Hosts, nil)) != 100 {
		t.Errorf("%d problems, %d warnings, %d hosts", len(found), len(report.Warnings), len(report.Hosts))
	}
}
