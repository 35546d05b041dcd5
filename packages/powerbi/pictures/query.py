"""What a visual shows, by SQL on the marts: each measure's SQL over its mart, joined by the model's relationships."""

import json
from pathlib import Path

from project import Field, Visual, joins, sorts

MEASURES = json.loads((Path(__file__).parent / "measures.json").read_text())
JOINS = joins()
SORTS = sorts()
ROWS_MAX = 40


def rows(connection, visual: Visual, roles: list[str]) -> list[dict]:
    """The visual's rows, a dictionary by field; measures that cannot be split by a column are left out of its rows."""
    fields = [field for role in roles for field in visual.roles.get(role, [])]
    columns = [field for field in fields if field.kind == "Column"]
    measures = [field for field in fields if field.kind == "Measure"]
    if not measures:
        return _detail(connection, columns, visual.sort)
    merged: dict[tuple, dict] = {}
    for measure in measures:
        for row in _grouped(connection, columns, measure):
            key = tuple(str(row[column]) for column in columns)
            merged.setdefault(key, {}).update(row)
    return _sorted(list(merged.values()), visual.sort, columns)


def _grouped(connection, columns: list[Field], measure: Field) -> list[dict]:
    definition = MEASURES[measure.name]
    source = _source(definition["from"], {column.table for column in columns} | set(definition.get("joins", [])))
    if source is None:
        return []
    ordered = [(column, SORTS.get((column.table, column.name), column.name)) for column in columns]
    keys = [f"{c.table}.{c.name}" for c, _ in ordered] + [f"{c.table}.{by}" for c, by in ordered]
    group = f" group by {', '.join(str(n + 1) for n in range(len(keys)))}" if keys else ""
    selected = ", ".join([*keys, definition["sql"]])
    found = connection.execute(f"select {selected} from {source}{group}").fetchall()
    result = []
    for row in found:
        values = dict(zip(columns, row)) | {("sort", c): row[len(columns) + n] for n, c in enumerate(columns)}
        # Power BI leaves out what has no value, and there a count of nothing is none.
        if row[-1] is not None and (not keys or row[-1] != 0):
            result.append(values | {measure: row[-1]})
    return result


def _detail(connection, columns: list[Field], sort) -> list[dict]:
    facts = [column.table for column in columns if column.table.startswith("fact_")]
    source = _source((facts or [columns[0].table])[0], {column.table for column in columns})
    order = f" order by {sort[0][1]}.{sort[0][2]} {'desc' if sort[1] == 'Descending' else 'asc'}" if sort else ""
    selected = ", ".join(f"{column.table}.{column.name}" for column in columns)
    found = connection.execute(f"select {selected} from {source}{order} limit {ROWS_MAX}").fetchall()
    return [dict(zip(columns, row)) for row in found]


def _source(base: str, tables: set[str]) -> str | None:
    joined = [f"marts.{base} as {base}"]
    for table in sorted(tables - {base}):
        if (base, table) not in JOINS:
            return None
        source, target = JOINS[base, table]
        joined.append(f"left join marts.{table} as {table} on {table}.{target} = {base}.{source}")
    return " ".join(joined)


def _sorted(found: list[dict], sort, columns: list[Field]) -> list[dict]:
    if sort is None:
        return found
    (_, table, name), direction = sort

    def key(row: dict):
        for field, value in row.items():
            if isinstance(field, Field) and (field.table, field.name) == (table, name):
                own = row.get(("sort", field), value)
                return (own is not None, own)
        return (False, 0)

    return sorted(found, key=key, reverse=direction == "Descending")
