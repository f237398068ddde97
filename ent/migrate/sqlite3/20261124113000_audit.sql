-- atlas:delimiter \n\n

-- Audit events are append-only
CREATE TRIGGER `audit_events_are_not_altered` BEFORE UPDATE ON `audit_events` BEGIN
  SELECT RAISE(ABORT, 'audit events are append-only');
END;

CREATE TRIGGER `audit_events_are_not_deleted` BEFORE DELETE ON `audit_events` BEGIN
  SELECT RAISE(ABORT, 'audit events are append-only');
END;

CREATE TRIGGER `audit_events_are_not_replaced` BEFORE INSERT ON `audit_events`
  WHEN EXISTS (SELECT 1 FROM `audit_events` WHERE `id` = NEW.`id`) BEGIN
  SELECT RAISE(ABORT, 'audit events are append-only');
END;
