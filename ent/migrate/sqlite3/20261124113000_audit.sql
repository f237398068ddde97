-- atlas:delimiter \n\n

-- Audit events are append-only
CREATE TRIGGER `audit_events_are_not_altered` BEFORE UPDATE ON `audit_events` BEGIN
  SELECT RAISE(ABORT, 'audit events are append-only');
END;

CREATE TRIGGER `audit_events_are_not_deleted` BEFORE DELETE ON `audit_events` BEGIN
  SELECT RAISE(ABORT, 'audit events are append-only');
END;
