// Package bundletest makes projects of mini programs and their packages for tests: honest ones, and zips that lie.
package bundletest

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"slices"
	"strings"
)

// Project returns the files of a mini program by their names: four pages, one of them in a sub-package, a tab bar, pictures, a component from
// npm, and names with blanks, @ and Chinese characters. Checks find neither problems nor warnings in it, if https://api.example.com is a
// server domain.
func Project() map[string]string {
	files := map[string]string{
		"app.json":                             appJSON,
		"app.js":                               "App({\n  onLaunch() {\n    my.request({ url: 'https://api.example.com/session' });\n  },\n});\n",
		"app.acss":                             "page { background: #f5f5f5; }\n",
		"node_modules/mini-badge/package.json": `{"name": "mini-badge", "version": "1.2.0"}`,
		"node_modules/mini-badge/es/badge/index.json": `{"component": true}`,
		"node_modules/mini-badge/es/badge/index.js":   "Component({ props: { text: '' } });\n",
		"node_modules/mini-badge/es/badge/index.axml": "<view class=\"badge\">{{text}}</view>\n",
		"assets/首页.png":                               Picture(24),
		"assets/home on@2x.png":                       Picture(48),
		"assets/my (1).png":                           Picture(24),
		"assets/my+on@2x.png":                         Picture(48),
		"pages/index/index.json":                      `{"defaultTitle": "首页", "usingComponents": {"badge": "mini-badge/es/badge/index"}}`,
		"pages/detail/detail.json":                    `{"usingComponents": {"price": "/components/price/price"}}`,
		"components/price/price.json":                 `{"component": true}`,
		"components/price/price.axml":                 "<text>{{value}}</text>\n",
		"components/price/price.js":                   "Component({});\n",
	}
	for _, page := range []string{"pages/index/index", "pages/detail/detail", "pages/我的/mine", "coupons/list/list"} {
		files[page+".axml"] = fmt.Sprintf("<view>%s</view>\n", page)
		files[page+".js"] = "Page({ data: {} });\n"
		files[page+".acss"] = ".title { color: #333; }\n"
	}
	return files
}

const appJSON = `{
  "pages": [
    "pages/index/index",
    "pages/detail/detail",
    "pages/我的/mine"
  ],
  "subPackages": [
    { "root": "coupons", "pages": ["list/list"] }
  ],
  "preloadRule": {
    "pages/index/index": { "network": "wifi", "packages": ["coupons"] }
  },
  "window": { "defaultTitle": "Sample Shop" },
  "tabBar": {
    "items": [
      { "pagePath": "pages/index/index", "name": "首页", "icon": "assets/首页.png", "activeIcon": "assets/home on@2x.png" },
      { "pagePath": "pages/我的/mine", "name": "我的", "icon": "assets/my (1).png", "activeIcon": "assets/my+on@2x.png" }
    ]
  },
  "plugins": {
    "pay": { "version": "1.0.3", "provider": "2021000000000001" }
  },
  "permission": {
    "scope.userLocation": { "desc": "To find shops near you" }
  }
}
`

// Picture returns a PNG of this many pixels a side.
func Picture(side int) string {
	drawn := image.NewGray(image.Rect(0, 0, side, side))
	for i := range drawn.Pix {
		drawn.Pix[i] = color.Gray{Y: uint8(i)}.Y
	}
	var encoded bytes.Buffer
	if err := png.Encode(&encoded, drawn); err != nil {
		panic(err)
	}
	return encoded.String()
}

// Under returns the files in a folder.
func Under(folder string, files map[string]string) map[string]string {
	moved := make(map[string]string, len(files))
	for name, content := range files {
		moved[folder+"/"+name] = content
	}
	return moved
}

// With returns all of these files; of one name, the last stays.
func With(sets ...map[string]string) map[string]string {
	all := map[string]string{}
	for _, files := range sets {
		maps.Copy(all, files)
	}
	return all
}

// Without returns the files but those of these names, and those in folders of these names.
func Without(files map[string]string, names ...string) map[string]string {
	kept := maps.Clone(files)
	maps.DeleteFunc(kept, func(name, _ string) bool {
		return slices.ContainsFunc(names, func(left string) bool { return name == left || strings.HasPrefix(name, left+"/") })
	})
	return kept
}

// NodeModules returns this many small files below node_modules, in packages of 100.
func NodeModules(n int) map[string]string {
	files := make(map[string]string, n)
	for i := range n {
		files[fmt.Sprintf("node_modules/package-%d/lib/file-%d.js", i/100, i)] = fmt.Sprintf("module.exports = %d;\n", i)
	}
	return files
}

// Zip packs the files in the order of their names. The same files give the same bytes.
func Zip(files map[string]string) []byte {
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		file, err := w.Create(name)
		if err != nil {
			panic(err)
		}
		if _, err := file.Write([]byte(files[name])); err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return packed.Bytes()
}
