/* study_schema.c: see study_schema.h. A child table has one row for each (parent, name); its names are Optuna's. */
#include "tune/study_schema.h"

#include <string.h>

enum { SCHEMA_VERSION = 12 };

static const char *const tables[] = {
    "CREATE TABLE studies (study_id INTEGER NOT NULL, study_name VARCHAR(512) NOT NULL, PRIMARY KEY (study_id))",
    "CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name)",
    "CREATE TABLE version_info (version_info_id INTEGER NOT NULL, schema_version INTEGER, "
    "library_version VARCHAR(256), PRIMARY KEY (version_info_id), CHECK (version_info_id = 1))",
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
    "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))",
    "CREATE TABLE study_directions (study_direction_id INTEGER NOT NULL, direction VARCHAR(8) NOT NULL, "
    "study_id INTEGER NOT NULL, objective INTEGER NOT NULL, PRIMARY KEY (study_direction_id), "
    "UNIQUE (study_id, objective), FOREIGN KEY (study_id) REFERENCES studies (study_id))",
    "CREATE TABLE study_user_attributes (study_user_attribute_id INTEGER NOT NULL, study_id INTEGER, "
    "\"key\" VARCHAR(512), value_json TEXT, PRIMARY KEY (study_user_attribute_id), UNIQUE (study_id, \"key\"), "
    "FOREIGN KEY (study_id) REFERENCES studies (study_id))",
    "CREATE TABLE study_system_attributes (study_system_attribute_id INTEGER NOT NULL, study_id INTEGER, "
    "\"key\" VARCHAR(512), value_json TEXT, PRIMARY KEY (study_system_attribute_id), UNIQUE (study_id, \"key\"), "
    "FOREIGN KEY (study_id) REFERENCES studies (study_id))",
    "CREATE TABLE trials (trial_id INTEGER NOT NULL, number INTEGER, study_id INTEGER, state VARCHAR(8) NOT NULL, "
    "datetime_start DATETIME, datetime_complete DATETIME, PRIMARY KEY (trial_id), "
    "FOREIGN KEY (study_id) REFERENCES studies (study_id))",
    "CREATE TABLE trial_user_attributes (trial_user_attribute_id INTEGER NOT NULL, trial_id INTEGER, "
    "\"key\" VARCHAR(512), value_json TEXT, PRIMARY KEY (trial_user_attribute_id), UNIQUE (trial_id, \"key\"), "
    "FOREIGN KEY (trial_id) REFERENCES trials (trial_id))",
    "CREATE TABLE trial_system_attributes (trial_system_attribute_id INTEGER NOT NULL, trial_id INTEGER, "
    "\"key\" VARCHAR(512), value_json TEXT, PRIMARY KEY (trial_system_attribute_id), UNIQUE (trial_id, \"key\"), "
    "FOREIGN KEY (trial_id) REFERENCES trials (trial_id))",
    "CREATE TABLE trial_params (param_id INTEGER NOT NULL, trial_id INTEGER, param_name VARCHAR(512), "
    "param_value FLOAT, distribution_json TEXT, PRIMARY KEY (param_id), UNIQUE (trial_id, param_name), "
    "FOREIGN KEY (trial_id) REFERENCES trials (trial_id))",
    "CREATE TABLE trial_values (trial_value_id INTEGER NOT NULL, trial_id INTEGER NOT NULL, "
    "objective INTEGER NOT NULL, value FLOAT, value_type VARCHAR(7) NOT NULL, PRIMARY KEY (trial_value_id), "
    "UNIQUE (trial_id, objective), FOREIGN KEY (trial_id) REFERENCES trials (trial_id))",
    "CREATE TABLE trial_intermediate_values (trial_intermediate_value_id INTEGER NOT NULL, "
    "trial_id INTEGER NOT NULL, step INTEGER NOT NULL, intermediate_value FLOAT, "
    "intermediate_value_type VARCHAR(7) NOT NULL, PRIMARY KEY (trial_intermediate_value_id), "
    "UNIQUE (trial_id, step), FOREIGN KEY (trial_id) REFERENCES trials (trial_id))",
    "CREATE TABLE trial_heartbeats (trial_heartbeat_id INTEGER NOT NULL, trial_id INTEGER NOT NULL, "
    "heartbeat DATETIME NOT NULL, PRIMARY KEY (trial_heartbeat_id), UNIQUE (trial_id), "
    "FOREIGN KEY (trial_id) REFERENCES trials (trial_id))",
};

/* Optuna compares schema_version with its own, and says library_version where they differ. */
static hg_status make_tables(hg__database *d, hg_error *e)
{
    hg_status s = HG_OK;
    for (size_t i = 0; !s && i < sizeof tables / sizeof *tables; i++) s = hg__database_do(d, e, tables[i], "");
    if (!s)
        s = hg__database_do(d, e, "INSERT INTO version_info VALUES (1, ?, ?)", "it", (int64_t)SCHEMA_VERSION, "3.1.0");
    return s ? s : hg__database_do(d, e, "INSERT INTO alembic_version VALUES ('v3.0.0.d')", "");
}

/* How many tables there are, and how many of the two that tell a version. */
static hg_status count_tables(hg__database *d, size_t *all, size_t *versions, hg_error *e)
{
    hg__rows r = hg__rows_open(d,
                               "SELECT count(*), coalesce(sum(name IN ('version_info', 'alembic_version')), 0) "
                               "FROM sqlite_master WHERE type = 'table'",
                               "");
    if (hg__rows_next(&r)) *all = (size_t)hg__rows_whole(&r, 0), *versions = (size_t)hg__rows_whole(&r, 1);
    return hg__rows_close(&r, e);
}

hg_status hg__study_schema(hg__database *d, bool make, hg_error *e)
{
    size_t all = 0, versions = 0;
    char version[48] = "";
    int64_t schema = 0;
    hg_status s = count_tables(d, &all, &versions, e);
    if (s) return s;
    if (!all && make) return make_tables(d, e);
    if (versions < 2)
        return hg__fail(e, HG_DATA, d->path, "is an SQLite database, but holds no studies; name another file");
    hg__rows r = hg__rows_open(d, "SELECT schema_version, version_num FROM version_info, alembic_version", "");
    if (hg__rows_next(&r))
        schema = hg__rows_whole(&r, 0), snprintf(version, sizeof version, "%s", hg__rows_text(&r, 1));
    s = hg__rows_close(&r, e);
    bool known = schema == SCHEMA_VERSION && (!strcmp(version, "v3.0.0.d") || !strcmp(version, "v3.2.0.a"));
    if (s || known) return s;
    return hg__fail(e, HG_DATA, d->path,
                    "holds studies in schema %lld (%s) of Optuna; %d (v3.0.0.d) is known: bring it there with optuna "
                    "storage upgrade --storage sqlite:///FILE of Optuna 3.0 or 3.1, or name another file",
                    (long long)schema, version, SCHEMA_VERSION);
}
