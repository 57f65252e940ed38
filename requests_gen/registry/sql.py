"""The registry's tables, views and locks as SQL, for SQLite and PostgreSQL.

Migrations that were shipped use these functions: what they give for the same arguments must not change.
"""

from __future__ import annotations

APPEND_ONLY = "the history of the registry is append-only"


def json_field(dialect: str, column: str, field: str, sql_type: str) -> str:
    """The expression that takes `field` out of a column of JSON text, NULL where it is not there."""
    if dialect == "sqlite":
        return f"json_extract({column}, '$.{field}')"
    taken = f"({column}::json ->> '{field}')"
    return taken if sql_type == "text" else f"{taken}::{sql_type.replace('_', ' ')}"


def view(dialect: str, kind: str, fields: str) -> str:
    """The view named `kind`: its records as they stand. fields: "year:integer zone_id …", text unless it is said."""
    columns = []
    for told in fields.split():
        name, _, sql_type = told.partition(":")
        columns.append(f'{json_field(dialect, "r.content", name, sql_type or "text")} AS "{name}"')
    return (
        f'CREATE VIEW "{kind}" AS SELECT {", ".join(columns)}, '
        "r.revision AS saved_revision, c.at AS saved_at, c.who AS saved_by, c.file_name AS saved_from, r.content "
        "FROM revisions r JOIN changes c ON c.id = r.change_id "
        f"WHERE r.kind = '{kind}' AND NOT EXISTS (SELECT 1 FROM revisions n "
        "WHERE n.kind = r.kind AND n.key = r.key AND n.revision > r.revision)"
    )


def append_only(dialect: str) -> list[str]:
    """Statements after which rows can only be added."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
            for table in ("changes", "revisions")
            for act in ("UPDATE", "DELETE")
        ]
    function = (
        f"CREATE FUNCTION registry_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{APPEND_ONLY}'; END $$"
    )
    return [
        function,
        *(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION registry_append_only()"
            for table in ("changes", "revisions")
        ),
    ]


def empty_it(dialect: str) -> list[str]:
    """Statements that empty both tables, for a restore inside one transaction; the locks stand again after them."""
    clear = ["DELETE FROM revisions", "DELETE FROM changes"]
    if dialect == "sqlite":
        drop = [f"DROP TRIGGER {table}_no_{act}" for table in ("changes", "revisions") for act in ("update", "delete")]
        return [*drop, *clear, *append_only(dialect)]
    locks = [f"{table} {{}} TRIGGER {table}_append_only" for table in ("changes", "revisions")]
    return [
        *(f"ALTER TABLE {lock.format('DISABLE')}" for lock in locks),
        *clear,
        *(f"ALTER TABLE {lock.format('ENABLE')}" for lock in locks),
    ]
