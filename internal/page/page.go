// Package page makes the pages of Relay connections.
package page

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"minidock/internal/fault"
	"minidock/internal/store"
)

// The largest size of a page, and the default.
const (
	MaxSize     = 100
	DefaultSize = 20
)

// Args are a connection's paging arguments as a client sent them.
type Args struct {
	First, Last   *int
	After, Before *string
}

// Request is a page that was asked for properly.
type Request struct {
	// Order is what the list is sorted by; a cursor is valid for one order only.
	Order string
	// Limit is the most elements of the page.
	Limit int
	// Backward says that the page is counted from the end of the list or from Before.
	Backward      bool
	After, Before *Position
}

// Position is a place in a sorted list: the value that it is sorted by, and the id that decides among equals.
type Position struct{ Value, ID string }

// Request checks the arguments. It refuses sizes that are out of range and cursors that are not of this order as
// BAD_USER_INPUT.
func (a Args) Request(order string) (Request, error) {
	r := Request{Order: order, Limit: DefaultSize}
	if a.First != nil && a.Last != nil {
		return r, fault.BadInput("first and last cannot be used together.")
	}
	for name, size := range map[string]*int{"first": a.First, "last": a.Last} {
		if size == nil {
			continue
		}
		if *size < 1 || *size > MaxSize {
			return r, fault.BadInput(fmt.Sprintf("%s must be between 1 and %d; you sent %d.", name, MaxSize, *size))
		}
		r.Limit, r.Backward = *size, name == "last"
	}
	if a.Before != nil && a.After == nil && a.First == nil {
		r.Backward = true
	}
	var err error
	if r.After, err = decode("after", order, a.After); err != nil {
		return r, err
	}
	r.Before, err = decode("before", order, a.Before)
	return r, err
}

// ByID is the request for a list that is sorted by this column of ids only.
func (r Request) ByID(column string, descending bool) store.Keyset {
	keyset := store.Keyset{Columns: []string{column}, Descending: descending, Backward: r.Backward, Limit: r.Limit + 1}
	if r.After != nil {
		keyset.After = []any{r.After.ID}
	}
	if r.Before != nil {
		keyset.Before = []any{r.Before.ID}
	}
	return keyset
}

// Page is a part of a sorted list.
type Page[T any] struct {
	Nodes           []T
	HasNextPage     bool
	HasPreviousPage bool
	order           string
	position        func(T) Position
}

// Cut makes the page of a request from rows that were read in its direction, one more than its limit if there are
// that many. A cursor marks an element of the list, so beyond one there is more.
func Cut[T any](r Request, rows []T, position func(T) Position) Page[T] {
	more := len(rows) > r.Limit
	p := Page[T]{Nodes: rows[:min(len(rows), r.Limit)], order: r.Order, position: position}
	if !r.Backward {
		p.HasNextPage, p.HasPreviousPage = more || r.Before != nil, r.After != nil
		return p
	}
	p.Nodes = slices.Clone(p.Nodes)
	slices.Reverse(p.Nodes)
	p.HasNextPage, p.HasPreviousPage = r.Before != nil, more || r.After != nil
	return p
}

// Of makes a page of rows that were not read as a page of this order, so that they have cursors.
func Of[T any](order string, position func(T) Position, rows ...T) Page[T] {
	return Page[T]{Nodes: rows, order: order, position: position}
}

// Cursor returns the cursor of a node of the page.
func (p Page[T]) Cursor(node T) string {
	at := p.position(node)
	text, err := json.Marshal([]string{p.order, at.Value, at.ID})
	if err != nil {
		panic(err) // three strings always have a JSON form
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

func decode(argument, order string, cursor *string) (*Position, error) {
	if cursor == nil {
		return nil, nil
	}
	var parts []string
	text, err := base64.RawURLEncoding.Strict().DecodeString(*cursor)
	if err == nil {
		err = json.Unmarshal(text, &parts)
	}
	hasNUL := func(part string) bool { return strings.ContainsRune(part, 0) } // which no database has
	if err != nil || len(parts) != 3 || parts[0] != order || parts[2] == "" || slices.ContainsFunc(parts, hasNUL) {
		return nil, BadCursor(argument)
	}
	return &Position{Value: parts[1], ID: parts[2]}, nil
}

// maxSearch is the most characters of the text that a list is searched for.
const maxSearch = 100

// CheckSearch refuses a text to search a list for that has more than 100 characters.
func CheckSearch(search string) error {
	if n := utf8.RuneCountInString(search); n > maxSearch {
		return fault.BadInput(fmt.Sprintf("search can have at most %d characters; you sent %d.", maxSearch, n))
	}
	return nil
}

// BadCursor refuses a cursor.
func BadCursor(argument string) error {
	return fault.BadInput(argument + " is not a valid cursor for this list and order.")
}

// CutEach makes a page for each parent from the rows of all parents.
func CutEach[T any](r Request, parents []string, rows []T, parent func(T) string, position func(T) Position) map[string]Page[T] {
	children := map[string][]T{}
	for _, row := range rows {
		children[parent(row)] = append(children[parent(row)], row)
	}
	return CutGroups(r, parents, children, position)
}

// CutGroups makes a page for each parent from its rows.
func CutGroups[T any](r Request, parents []string, children map[string][]T, position func(T) Position) map[string]Page[T] {
	pages := make(map[string]Page[T], len(parents))
	for _, p := range parents {
		pages[p] = Cut(r, children[p], position)
	}
	return pages
}

// OfSlice makes a page of a list that is in memory, in its order; key distinguishes its elements.
func OfSlice[T any](args Args, order string, all []T, key func(T) string) (Page[T], error) {
	r, err := args.Request(order)
	if err != nil {
		return Page[T]{}, err
	}
	from, to := 0, len(all)
	if r.After != nil {
		if from = 1 + slices.IndexFunc(all, func(t T) bool { return key(t) == r.After.ID }); from == 0 {
			return Page[T]{}, BadCursor("after")
		}
	}
	if r.Before != nil {
		if to = slices.IndexFunc(all, func(t T) bool { return key(t) == r.Before.ID }); to < 0 {
			return Page[T]{}, BadCursor("before")
		}
	}
	return cutSlice(r, all[min(from, to):to], func(t T) Position { return Position{ID: key(t)} }), nil
}

// OfDescending makes a page of a list that is in memory, sorted by the positions of its elements, the greatest first. A cursor stays
// valid when its element is no longer in the list.
func OfDescending[T any](args Args, order string, all []T, position func(T) Position) (Page[T], error) {
	r, err := args.Request(order)
	if err != nil {
		return Page[T]{}, err
	}
	kept := slices.DeleteFunc(slices.Clone(all), func(t T) bool {
		at := position(t)
		return r.After != nil && at.compare(*r.After) >= 0 || r.Before != nil && at.compare(*r.Before) <= 0
	})
	slices.SortFunc(kept, func(a, b T) int { return position(b).compare(position(a)) })
	return cutSlice(r, kept, position), nil
}

func (p Position) compare(q Position) int {
	return cmp.Or(strings.Compare(p.Value, q.Value), strings.Compare(p.ID, q.ID))
}

// cutSlice makes the page of a request from all rows between its cursors.
func cutSlice[T any](r Request, rows []T, position func(T) Position) Page[T] {
	rows = slices.Clone(rows)
	if r.Backward {
		slices.Reverse(rows)
	}
	return Cut(r, rows, position)
}
