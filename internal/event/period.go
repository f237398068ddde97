package event

import (
	"time"

	"minidock/ent/auditevent"
	"minidock/ent/predicate"
	"minidock/internal/id"
)

// margin is more than the moment in an event's id may be away from that of the event. They are the same in what this version writes.
const margin = time.Minute

// period selects the events between Since and Until, along an index that ends with the id.
func (f Filter) period() []predicate.AuditEvent {
	return append(f.roughly(margin), f.exactly()...)
}

// periods select the events between Since and Until in parts that have no event in common, so that counting them reads few moments beside
// the index: those at both ends, where the moments decide, and those between, where the ids do.
func (f Filter) periods() [][]predicate.AuditEvent {
	if f.Since == nil && f.Until == nil {
		return [][]predicate.AuditEvent{nil}
	}
	if f.Since != nil && f.Until != nil && f.Until.Sub(*f.Since) <= 2*margin {
		return [][]predicate.AuditEvent{f.period()}
	}
	parts := [][]predicate.AuditEvent{f.roughly(-margin)}
	for _, end := range []*time.Time{f.Since, f.Until} {
		if end != nil {
			around := Filter{Since: end, Until: end}
			parts = append(parts, append(around.roughly(margin), f.exactly()...))
		}
	}
	return parts
}

// exactly selects the events between Since and Until by their moments.
func (f Filter) exactly() (predicates []predicate.AuditEvent) {
	if f.Since != nil {
		predicates = append(predicates, auditevent.CreatedAtGTE(*f.Since))
	}
	if f.Until != nil {
		predicates = append(predicates, auditevent.CreatedAtLT(*f.Until))
	}
	return predicates
}

// roughly selects the events between Since and Until, and so much around, by their ids.
func (f Filter) roughly(around time.Duration) (predicates []predicate.AuditEvent) {
	if f.Since != nil {
		predicates = append(predicates, auditevent.IDGTE(id.From(id.AuditEvent, f.Since.Add(-around))))
	}
	if f.Until != nil {
		predicates = append(predicates, auditevent.IDLT(id.From(id.AuditEvent, f.Until.Add(around))))
	}
	return predicates
}

// outsideWorkspaces selects the events outside all workspaces.
var outsideWorkspaces = auditevent.WorkspaceIDIsNil()
