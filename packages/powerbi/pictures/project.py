"""The Power BI project as the pictures need it: its pages' visuals, its joins, sorts and formats."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3] / "warehouse" / "powerbi"
PAGES = PROJECT / "Scoreline.Report" / "definition" / "pages"
MODEL = PROJECT / "Scoreline.SemanticModel" / "definition"


@dataclass(frozen=True)
class Field:
    kind: str
    table: str
    name: str
    label: str


@dataclass(frozen=True)
class Visual:
    name: str
    type: str
    title: str
    position: dict
    roles: dict
    sort: tuple | None
    colours: dict
    """Colours by the value of a column, or by the name of a measure."""
    text: list
    """A text box's runs of text."""
    bounds: tuple
    """A gauge's least and greatest value."""


def pages() -> list[tuple[str, list[Visual]]]:
    """Every page by name, in the report's order, with its visuals in the order of their keyboard walk."""
    order = json.loads((PAGES / "pages.json").read_text())["pageOrder"]
    return [(name, _visuals(PAGES / name / "visuals")) for name in order]


def joins() -> dict[tuple[str, str], tuple[str, str]]:
    """The columns of the active join from one table to another."""
    text = (MODEL / "relationships.tmdl").read_text()
    found = {}
    for block in text.split("relationship ")[1:]:
        if "isActive: false" not in block:
            source = re.search(r"fromColumn: (\w+)\.(\w+)", block)
            target = re.search(r"toColumn: (\w+)\.(\w+)", block)
            found[source[1], target[1]] = (source[2], target[2])
    return found


def sorts() -> dict[tuple[str, str], str]:
    """The column that a column is sorted by, where it is not itself."""
    return _properties(r"column (\w+)", "sortByColumn")


def formats() -> dict[tuple[str, str], str]:
    """The format string of a measure or column."""
    return {**_properties(r"measure '?([^'=]+?)'? =", "formatString"), **_properties(r"column (\w+)", "formatString")}


def _properties(head: str, name: str) -> dict[tuple[str, str], str]:
    found = {}
    for file in sorted((MODEL / "tables").glob("*.tmdl")):
        for block in file.read_text().split("\n\n"):
            of = re.search(r"^\t" + head, block, re.M)
            value = re.search(rf"^\t\t{name}: (.*)$", block, re.M)
            if of and value:
                found[file.stem, of[1]] = value[1]
    return found


def _visuals(folder: Path) -> list[Visual]:
    files = [json.loads(file.read_text()) for file in folder.glob("*/visual.json")]
    return [_visual(file) for file in sorted(files, key=lambda file: file["position"]["tabOrder"])]


def _visual(file: dict) -> Visual:
    visual = file["visual"]
    query = visual.get("query", {})
    objects = visual.get("objects", {})
    sort = query.get("sortDefinition", {}).get("sort", [None])[0]
    axis = objects.get("axis", [{}])[0].get("properties", {})
    paragraphs = objects.get("general", [{}])[0].get("properties", {}).get("paragraphs", [])
    return Visual(
        name=file["name"],
        type=visual["visualType"],
        title=_literal(visual["visualContainerObjects"]["title"][0]["properties"]["text"]),
        position=file["position"],
        roles={role: [_field(p) for p in state["projections"]] for role, state in query.get("queryState", {}).items()},
        sort=sort and (_named(sort["field"]), sort["direction"]),
        colours={key: value for point in objects.get("dataPoint", []) for key, value in [_colour(point)]},
        text=[run for paragraph in paragraphs for run in paragraph["textRuns"]],
        bounds=tuple(float(_literal(axis[name]).rstrip("D")) for name in ("min", "max") if name in axis),
    )


def _literal(value: dict) -> str:
    return value["expr"]["Literal"]["Value"].strip("'").replace("''", "'")


def _named(field: dict) -> tuple[str, str, str]:
    ((kind, of),) = field.items()
    return kind, of["Expression"]["SourceRef"]["Entity"], of["Property"]


def _field(projection: dict) -> Field:
    kind, table, name = _named(projection["field"])
    return Field(kind, table, name, projection.get("displayName", name))


def _colour(point: dict) -> tuple[str, str]:
    hex_colour = _literal(point["properties"]["fill"]["solid"]["color"])
    selector = point["selector"]
    if "metadata" in selector:
        return selector["metadata"].split(".", 1)[1], hex_colour
    value = selector["data"][0]["scopeId"]["Comparison"]["Right"]["Literal"]["Value"].strip("'")
    return {"true": "True", "false": "False"}.get(value, value), hex_colour
