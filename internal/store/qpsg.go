package store

/*
typedef struct sqlite3 sqlite3;
int sqlite3_auto_extension(void (*entry)(void));
int sqlite3_db_config(sqlite3 *db, int option, ...);

#define SQLITE_DBCONFIG_ENABLE_QPSG 1007

static int enable_qpsg(sqlite3 *db, const char **error, const void *api) {
	return sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_QPSG, 1, (int *)0);
}

static int enable_qpsg_everywhere(void) { return sqlite3_auto_extension((void (*)(void))enable_qpsg); }
*/
import "C"

import "fmt"

// Each connection of the process plans a statement once, without looking at the values that are bound to it: SQLite's "query planner
// stability guarantee". Otherwise it prepares a statement anew whenever a value changes at which it has looked, and the driver changes them
// all, since it clears them before it binds. Nothing but the C interface turns it on.
func init() {
	if code := C.enable_qpsg_everywhere(); code != 0 {
		panic(fmt.Sprintf("SQLite cannot be extended: error %d", code))
	}
}
