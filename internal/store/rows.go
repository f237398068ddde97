package store

import (
	"minidock/ent"
	"minidock/internal/fault"
)

// Row is a row with an id.
type Row interface{ RowID() string }

// ByID returns rows by their ids.
func ByID[T Row](rows []T) map[string]T {
	byID := make(map[string]T, len(rows))
	for _, row := range rows {
		byID[row.RowID()] = row
	}
	return byID
}

// One returns the row that was read, or NOT_FOUND when there is none.
func One[T any](row T, err error) (T, error) {
	if ent.IsNotFound(err) {
		err = fault.ErrNotFound
	}
	return row, err
}

// OneOf returns the row with this id among rows that were read, or NOT_FOUND when it is not there: absent and hidden look the same.
func OneOf[T any](rows map[string]T, id string, err error) (T, error) {
	row, ok := rows[id]
	if err == nil && !ok {
		err = fault.ErrNotFound
	}
	return row, err
}

// Counts are how many rows each parent has.
type Counts []struct {
	Parent string `json:"parent"`
	Count  int    `json:"count"`
}

// ByParent returns the counts by parent, added up.
func (c Counts) ByParent() map[string]int {
	counts := make(map[string]int, len(c))
	for _, one := range c {
		counts[one.Parent] += one.Count
	}
	return counts
}
