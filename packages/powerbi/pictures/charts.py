"""Charts, maps and tables of a visual's rows."""

from datetime import date, timedelta

from draw import PALETTE, QUIET, colour_of, shown
from project import Field, Visual


def chart(axes, visual: Visual, found: list[dict]):
    """Lines, columns or bars; stacked by a series, side by side by measure."""
    (category,) = visual.roles["Category"]
    series = visual.roles.get("Series", [None])[0]
    values = [row[category] for row in _in_order(found, category, visual)]
    names = list(dict.fromkeys(map(_name, _continuous(values))))
    groups = _groups(visual, found, category, series)
    if visual.type == "lineChart":
        _lines(axes, visual, names, groups)
    elif "olumn" in visual.type:
        _bars(axes, visual, names, groups, is_across=False)
    else:
        _bars(axes, visual, names[:10], groups, is_across=True)
    if len(groups) > 1 and names:
        axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 0.98), ncol=len(groups), frameon=False, fontsize=6.5)


def _continuous(values: list) -> list:
    """Days without a gap: an axis of dates has room for those on which nothing was."""
    if not values or not all(isinstance(value, date) for value in values):
        return values
    return [values[0] + timedelta(days=day) for day in range((values[-1] - values[0]).days + 1)]


def _in_order(found: list[dict], category: Field, visual: Visual) -> list[dict]:
    """Categories by their own order, or by the sum over the series from the largest."""
    (kind, _, name), _ = visual.sort
    if kind == "Column":
        return sorted(found, key=lambda row: (row[("sort", category)] is None, row[("sort", category)] or 0))
    totals: dict = {}
    for row in found:
        totals[_name(row[category])] = totals.get(_name(row[category]), 0) + sum(
            float(value) for field, value in row.items() if isinstance(field, Field) and field.name == name
        )
    return sorted(found, key=lambda row: -totals[_name(row[category])])


def _groups(visual: Visual, found: list[dict], category: Field, series: Field | None) -> dict[str, dict[str, float]]:
    groups: dict[str, dict[str, float]] = {}
    ordered = found if series is None else sorted(found, key=lambda row: str(row[("sort", series)]))
    for measure in visual.roles["Y"]:
        for row in ordered:
            key = measure.name if series is None else _name(row[series])
            groups.setdefault(key, {})[_name(row[category])] = float(row.get(measure) or 0)
    return groups


def _name(value) -> str:
    return "(blank)" if value is None else str(value)


def _lines(axes, visual: Visual, names: list[str], groups: dict):
    marker = "o" if len(names) == 1 else None  # a line of one point is none
    for index, (key, values) in enumerate(groups.items()):
        heights = [values.get(name, float("nan")) for name in names]
        axes.plot(range(len(names)), heights, color=colour_of(visual, key, index), label=key, lw=1.6, marker=marker)
    _ticks(axes, names)
    _scale(axes.yaxis, visual)
    axes.grid(axis="y", color="#E4E7EB", lw=0.6)


def _bars(axes, visual: Visual, names: list[str], groups: dict, is_across: bool):
    is_stacked, is_share = "lustered" not in visual.type, "hundred" in visual.type
    totals = {name: sum(values.get(name, 0) for values in groups.values()) or 1 for name in names}
    bases = [0.0] * len(names)
    size = 0.75 if is_stacked else 0.75 / len(groups)
    for index, (key, values) in enumerate(groups.items()):
        lengths = [values.get(name, 0) / (totals[name] if is_share else 1) for name in names]
        places = [n if is_stacked else n + (index - (len(groups) - 1) / 2) * size for n in range(len(names))]
        own = colour_of(visual, key, index)
        colours = [visual.colours.get(name, own) for name in names] if len(groups) == 1 else own
        draw, base, thick = (axes.barh, "left", "height") if is_across else (axes.bar, "bottom", "width")
        draw(places, lengths, color=colours, label=key, **{base: bases if is_stacked else 0, thick: size})
        bases = [one + other for one, other in zip(bases, lengths)]
    if is_across:
        axes.invert_yaxis()
        axes.set_yticks(range(len(names)), [name[:22] for name in names])
        _make_room(axes, visual, names)
    else:
        _ticks(axes, names)
    _scale(axes.xaxis if is_across else axes.yaxis, visual, is_share)


def _make_room(axes, visual: Visual, names: list[str]):
    """Names of bars stand left of them, so the longest one takes its width from the bars."""
    box = visual.position
    room = 18 + min(22, max(map(len, names), default=0)) * 6
    _, y, _, height = axes.get_position().bounds
    axes.set_position([(box["x"] + room) / 1280, y, (box["width"] - room - 14) / 1280, height])


def _ticks(axes, names: list[str]):
    step = max(1, -(-len(names) // 8))
    axes.set_xticks(range(0, len(names), step), names[::step])
    axes.set_xlim(-0.6, max(len(names) - 0.4, 0.6))


def _scale(axis, visual: Visual, is_share: bool = False):
    measure = visual.roles["Y"][0]

    def short(value: float, _place) -> str:
        if is_share:
            return f"{value:.0%}"
        for least, suffix in ((1e9, "bn"), (1e6, "M"), (1e4, "k")):
            if abs(value) >= least:
                return f"{value / {'k': 1e3}.get(suffix, least):g}{suffix}"
        return shown(measure, value)

    axis.set_major_formatter(short)


def donut(axes, visual: Visual, found: list[dict]):
    (by,), (value,) = visual.roles["Category"], visual.roles["Y"]
    axes.set_axis_off()
    names = [_name(row[by]) for row in found]
    colours = [colour_of(visual, name, 6) for name in names]
    total = sum(float(row[value]) for row in found) or 1
    labels = [f"{name} {float(row[value]) / total:.1%}" for name, row in zip(names, found)]
    axes.pie([float(row[value]) for row in found], colors=colours, wedgeprops={"width": 0.38}, startangle=90)
    axes.legend(labels, loc="upper center", bbox_to_anchor=(0.5, 0.06), ncol=2, frameon=False, fontsize=7)


def bubbles(axes, visual: Visual, found: list[dict]):
    (latitude,), (longitude,), (size,) = (visual.roles[role] for role in ("Y", "X", "Size"))
    placed = [row for row in found if row[latitude] is not None]
    most = max((float(row[size]) for row in placed), default=1)
    places = [float(row[longitude]) for row in placed], [float(row[latitude]) for row in placed]
    axes.scatter(*places, s=[600 * float(row[size]) / most for row in placed], color=PALETTE[0], alpha=0.55)
    axes.margins(0.2)
    axes.grid(color="#E4E7EB", lw=0.6)


def table(axes, visual: Visual, found: list[dict], is_marked=lambda _row: False):
    """As many rows as the card has room for, cut to their columns' widths; marked rows in red."""
    fields = visual.roles["Values"]
    lines = [[field.label for field in fields]] + [[shown(field, row.get(field)) for field in fields] for row in found]
    _grid(axes, visual, lines, [False, *map(is_marked, found)])


def matrix(axes, visual: Visual, found: list[dict]):
    (row_by,), (column_by,), (value,) = (visual.roles[role] for role in ("Rows", "Columns", "Values"))
    across = sorted({_name(row[column_by]) for row in found})
    cells = {(_name(row[row_by]), _name(row[column_by])): shown(value, row.get(value)) for row in found}
    down = sorted({name for name, _ in cells})
    head = [row_by.label, *across]
    _grid(axes, visual, [head, *([name, *(cells.get((name, column), "") for column in across)] for name in down)], [])


def _grid(axes, visual: Visual, lines: list[list[str]], marks: list[bool]):
    width, height = visual.position["width"], visual.position["height"]
    widths = [max([len(head), *(len(line[n]) for line in lines[1:20])]) + 2 for n, head in enumerate(lines[0])]
    widths = [min(one, 46) for one in widths]
    per_letter = min(5.4, (width - 24) / sum(widths))
    for index, line in enumerate(lines[: int((height - 46) / 17)]):
        x, y = 12.0, height - 42 - index * 17
        for text, room in zip(line, widths):
            fitting = max(3, int(room * per_letter / (5.6 if index == 0 else 5.1)))
            colour = "#B3261E" if index < len(marks) and marks[index] else QUIET if index == 0 else "#1F2933"
            cut = text if len(text) <= fitting else f"{text[: fitting - 1]}…"
            axes.text(x, y, cut, fontsize=6.6, color=colour, weight="bold" if index == 0 else "normal")
            x += room * per_letter
