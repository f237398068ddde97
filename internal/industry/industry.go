// Package industry holds the catalogue of industries that a mini program can belong to: the 298
// generic merchant category codes of ISO 18245, with plain names in English and Chinese.
package industry

import (
	_ "embed"
	"encoding/csv"
	"minidock/internal/locale"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"
)

// Industry is one line of business, named by its four-digit code.
type Industry struct {
	Code  string
	Group Group

	name locale.Text
	// words are other names, in both languages, which are searched and never shown.
	words []string
}

// Name returns the name in Chinese for any kind of Chinese, and in English otherwise.
func (i *Industry) Name(tag language.Tag) string { return i.name.In(tag) }

// All returns every industry, ordered by code. Callers must not modify what they get.
func All() []*Industry {
	return catalogue()
}

// ByCode returns the industry with exactly this code, and whether there is one.
func ByCode(code string) (*Industry, bool) {
	at, ok := slices.BinarySearchFunc(catalogue(), code, func(i *Industry, code string) int {
		return strings.Compare(i.Code, code)
	})
	if !ok {
		return nil, false
	}
	return catalogue()[at], true
}

//go:embed catalogue.csv
var table string

// catalogue is read when it is first needed, so that the start of a server does not wait for it.
var catalogue = sync.OnceValue(load)

// load panics on an error in the table, which is part of the program.
func load() []*Industry {
	rows, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	if err != nil {
		panic("industry: catalogue.csv: " + err.Error())
	}
	rows = rows[1:] // the heading
	all := make([]*Industry, 0, len(rows))
	for _, row := range rows {
		all = append(all, &Industry{
			Code:  row[0],
			Group: groupOf(row[0]),
			name:  locale.Of(row[1], row[2]),
			words: strings.Split(row[3], ";"),
		})
	}
	return all
}
