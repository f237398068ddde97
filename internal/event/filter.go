package event

import (
	"slices"
	"strings"
	"time"

	"minidock/ent/auditevent"
	"minidock/ent/predicate"
	"minidock/internal/access"
	"minidock/internal/store"
)

// Filter says which events to list: those that fit all that is given.
type Filter struct {
	// Operations are mutations; nil for any.
	Operations []access.Operation
	// ActorID and SubjectID are ids; nil for any.
	ActorID, SubjectID *string
	// Since and Until bound when it happened, Until not among it; nil for any time.
	Since, Until *time.Time
}

// listed selects the events that fit the filter, whenever they happened, along an index that has them in their order: that of the subject,
// of the actor, of a single operation or of all. What else is asked for is compared there.
func (f Filter) listed() []predicate.AuditEvent {
	if len(f.Operations) == 1 && f.isOfAny() {
		return f.counted()
	}
	return f.along(store.Compared(auditevent.FieldOperation, f.Operations...))
}

// counted selects the same events along an index that has as few others as possible, in any order.
func (f Filter) counted() []predicate.AuditEvent {
	if !f.isOfAny() {
		return f.listed()
	}
	names := make([]string, len(f.Operations))
	for i, operation := range f.Operations {
		names[i] = string(operation)
	}
	return f.along(auditevent.OperationIn(names...))
}

// isOfAny says that neither the actor nor the subject is given.
func (f Filter) isOfAny() bool { return f.ActorID == nil && f.SubjectID == nil }

// along selects the events of the subject or actor that are, if operations are given, among those.
func (f Filter) along(operations predicate.AuditEvent) []predicate.AuditEvent {
	var predicates []predicate.AuditEvent
	if f.SubjectID != nil {
		predicates = append(predicates, auditevent.SubjectIDIn(findable(*f.SubjectID)...))
	}
	switch {
	case f.ActorID != nil && f.SubjectID != nil:
		predicates = append(predicates, store.Compared(auditevent.FieldActorID, findable(*f.ActorID)...))
	case f.ActorID != nil:
		predicates = append(predicates, auditevent.ActorIDIn(findable(*f.ActorID)...))
	}
	if f.Operations != nil {
		predicates = append(predicates, operations)
	}
	return predicates
}

// findable returns the texts without those that hold a NUL, which PostgreSQL does not take and no event has.
func findable(texts ...string) []string {
	return slices.DeleteFunc(slices.Clone(texts), func(text string) bool { return strings.ContainsRune(text, 0) })
}
