/* sqlite_look.c - is a file a study? Asked of SQLite, and not of the file: a file that a process opens and closes by itself takes
 * the locks of all its connections to it along. Then whoever writes thinks himself alone, removes the log at his end, and those
 * connections see for ever what was there before. */
#include "study/stores/sqlite.h"

#include <sys/stat.h>

/* What cannot be looked at may be one: whoever opens it hears what is wrong. */
static bool says_varve(sqlite3 *db)
{
    sqlite3_stmt *statement = NULL;
    const int prepared = sqlite3_prepare_v2(db, "PRAGMA application_id", -1, &statement, NULL);
    const int code = prepared == SQLITE_OK ? sqlite3_step(statement) : prepared;
    const bool ours = code == SQLITE_ROW ? sqlite3_column_int(statement, 0) == VVI_SQLITE_APPLICATION
                                         : code != SQLITE_NOTADB && code != SQLITE_DONE;
    sqlite3_finalize(statement);
    return ours;
}

bool vvi_sqlite_is_ordinary(const char *path)
{
    static const char *const endings[] = { "", "-wal", "-shm", "-journal" };
    bool ordinary = true;
    for (size_t i = 0; ordinary && i < sizeof endings / sizeof *endings; i++) {
        struct stat file;
        vvi_text name = { 0 };
        vvi_text_printf(&name, "%s%s", path, endings[i]);
        ordinary = name.failed || stat(name.data, &file) != 0 || S_ISREG(file.st_mode);
        vvi_text_deinit(&name);
    }
    return ordinary;
}

bool vvi_sqlite_is_study(const char *path)
{
    struct stat file;
    sqlite3 *db = NULL;
    if (stat(path, &file) != 0 || !vvi_sqlite_is_ordinary(path)) return false;
    if (file.st_size == 0) return true; /* a writer died before its first transaction */
    const int code = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL);
    const bool ours = code == SQLITE_OK ? says_varve(db) : true;
    sqlite3_close(db);
    return ours;
}
