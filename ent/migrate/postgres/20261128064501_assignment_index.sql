-- Drop index "assignment_mini_program_id" from table: "assignments"
DROP INDEX "assignment_mini_program_id";
-- Create index "assignment_mini_program_id_member_id" to table: "assignments"
CREATE INDEX "assignment_mini_program_id_member_id" ON "assignments" ("mini_program_id", "member_id");
