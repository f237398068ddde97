-- Drop index "auditevent_workspace_id_actor_id_id" from table: "audit_events"
DROP INDEX "auditevent_workspace_id_actor_id_id";
-- Drop index "auditevent_workspace_id_id" from table: "audit_events"
DROP INDEX "auditevent_workspace_id_id";
-- Drop index "auditevent_workspace_id_subject_id_id" from table: "audit_events"
DROP INDEX "auditevent_workspace_id_subject_id_id";
-- Create index "auditevent_workspace_id_actor_id_id_operation" to table: "audit_events"
CREATE INDEX "auditevent_workspace_id_actor_id_id_operation" ON "audit_events" ("workspace_id", "actor_id", "id", "operation");
-- Create index "auditevent_workspace_id_id_operation" to table: "audit_events"
CREATE INDEX "auditevent_workspace_id_id_operation" ON "audit_events" ("workspace_id", "id", "operation");
-- Create index "auditevent_workspace_id_subject_id_id_operation_actor_id" to table: "audit_events"
CREATE INDEX "auditevent_workspace_id_subject_id_id_operation_actor_id" ON "audit_events" ("workspace_id", "subject_id", "id", "operation", "actor_id");
-- Drop index "invitation_workspace_id_id" from table: "invitations"
DROP INDEX "invitation_workspace_id_id";
-- Create index "invitation_workspace_id_id_status_expires_at" to table: "invitations"
CREATE INDEX "invitation_workspace_id_id_status_expires_at" ON "invitations" ("workspace_id", "id", "status", "expires_at");
-- Drop index "member_workspace_id_id" from table: "members"
DROP INDEX "member_workspace_id_id";
-- Create index "member_workspace_id_id_status_role_user_id" to table: "members"
CREATE INDEX "member_workspace_id_id_status_role_user_id" ON "members" ("workspace_id", "id", "status", "role", "user_id");
-- Drop index "miniprogram_created_by_id" from table: "mini_programs"
DROP INDEX "miniprogram_created_by_id";
-- Drop index "miniprogram_workspace_id_created_at_id" from table: "mini_programs"
DROP INDEX "miniprogram_workspace_id_created_at_id";
-- Drop index "miniprogram_workspace_id_updated_at_id" from table: "mini_programs"
DROP INDEX "miniprogram_workspace_id_updated_at_id";
-- Create index "miniprogram_by_creation" to table: "mini_programs"
CREATE INDEX "miniprogram_by_creation" ON "mini_programs" ("workspace_id", "created_at", "id", "status", "name_key", "updated_at");
-- Create index "miniprogram_created_by_id_workspace_id" to table: "mini_programs"
CREATE INDEX "miniprogram_created_by_id_workspace_id" ON "mini_programs" ("created_by_id", "workspace_id");
-- Create index "miniprogram_workspace_id_name_key_id_status" to table: "mini_programs"
CREATE INDEX "miniprogram_workspace_id_name_key_id_status" ON "mini_programs" ("workspace_id", "name_key", "id", "status");
-- Create index "miniprogram_workspace_id_updated_at_id_status" to table: "mini_programs"
CREATE INDEX "miniprogram_workspace_id_updated_at_id_status" ON "mini_programs" ("workspace_id", "updated_at", "id", "status");
