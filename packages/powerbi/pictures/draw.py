"""Draws a visual's rows in its card. A likeness, not Power BI: it shows what a page says and whether it fits."""

from decimal import Decimal

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402 (the backend is chosen first)
from matplotlib.patches import FancyBboxPatch, Wedge  # noqa: E402
from matplotlib.transforms import IdentityTransform  # noqa: E402

from project import Field, Visual, formats  # noqa: E402

WIDTH, HEIGHT = 1280, 720
INK, QUIET, LINE, CANVAS = "#1F2933", "#52606D", "#CBD2D9", "#F3F5F7"
PALETTE = ["#1F5FA8", "#0B7A75", "#A15C00", "#6B4FA0", "#B3261E", "#2E7D4F", "#486581"]
FORMATS = formats()


def new_page():
    plt.rcParams.update({"font.family": "DejaVu Sans", "font.size": 7.5, "text.color": INK})
    return plt.figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100, facecolor=CANVAS)


def card(figure, visual: Visual, is_bare: bool = False):
    """A card at the visual's place with its title; gives the axes within it; bare ones count pixels."""
    box = visual.position
    x, y, width, height = box["x"], HEIGHT - box["y"] - box["height"], box["width"], box["height"]
    if visual.type != "textbox":
        edge = FancyBboxPatch((x + 3, y + 3), width - 6, height - 6, boxstyle="round,pad=3")
        edge.set(transform=IdentityTransform(), zorder=-1, facecolor="white", edgecolor=LINE, linewidth=0.8)
        figure.add_artist(edge)
    if visual.type not in ("textbox", "cardVisual"):
        figure.text((x + 10) / WIDTH, (y + height - 17) / HEIGHT, visual.title, fontsize=8.5, weight="bold")
    has_legend = "Series" in visual.roles or len(visual.roles.get("Y", [])) > 1
    left, low, top = (0, 0, 0) if is_bare else (44, 24, 48 if has_legend else 30)
    rect = [(x + left) / WIDTH, (y + low) / HEIGHT, (width - left - (0 if is_bare else 14)) / WIDTH]
    axes = figure.add_axes([*rect, (height - low - top) / HEIGHT])
    if is_bare:
        axes.set_axis_off()
        axes.set_xlim(0, width)
        axes.set_ylim(0, height)
    else:
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(colors=QUIET, labelsize=7)
    return axes


def shown(field: Field, value) -> str:
    """A value as the model's format string shows it."""
    if value is None:
        return ""
    form = FORMATS.get((field.table, field.name), "")
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return value.strftime("%Y-%m-%d %H:%M") if hasattr(value, "hour") else str(value)
    first = form.split(";")[0]
    decimals = len(first.rstrip("%").split(".")[1]) if "." in first else 0
    if first.endswith("%"):
        return f"{'+' if first.startswith('+') else ''}{float(value):.{decimals}%}".replace("+-", "-")
    return f"{float(value):{',' if ',' in first else ''}.{decimals}f}"


def colour_of(visual: Visual, key: str, index: int) -> str:
    return visual.colours.get(key, PALETTE[index % len(PALETTE)])


def text_box(axes, visual: Visual):
    x = 4
    for run in visual.text:
        size = float(run["textStyle"]["fontSize"].removesuffix("pt")) * 0.8
        drawn = axes.text(x, 22, run["value"], fontsize=size, color=run["textStyle"]["color"],
                          weight=run["textStyle"].get("fontWeight", "normal"))
        x += drawn.get_window_extent(axes.figure.canvas.get_renderer()).width


def nothing(axes):
    """What a visual without a row shows."""
    axes.set_axis_off()
    axes.text(0.5, 0.5, "(blank)", transform=axes.transAxes, ha="center", color=QUIET)


def slicer(axes, visual: Visual):
    width, height = visual.position["width"], visual.position["height"]
    low = 10 if height < 70 else 18
    axes.add_patch(plt.Rectangle((10, low), width - 20, 24, fc=CANVAS, ec=LINE, lw=0.6))
    (by,) = visual.roles["Values"]
    axes.text(18, low + 12, "from … until" if by.name == "date" else "All", va="center", color=QUIET)
    axes.text(width - 22, low + 12, "v", va="center", color=QUIET)


def figures(axes, visual: Visual, found: list[dict]):
    width, height = visual.position["width"], visual.position["height"]
    measures = visual.roles["Data"]
    for index, measure in enumerate(measures):
        x = width * (index + 0.5) / len(measures)
        value = shown(measure, found[0].get(measure)) or "(blank)"
        centred = {"ha": "center", "va": "center"}
        axes.text(x, height * 0.62, value, fontsize=14, weight="bold", **centred)
        axes.text(x, height * 0.26, _wrapped(measure.label, 22), fontsize=7, color=QUIET, **centred)


def gauge(axes, visual: Visual, found: list[dict]):
    width, height = visual.position["width"], visual.position["height"]
    (measure,) = visual.roles["Y"]
    least, most = visual.bounds
    value = float(found[0].get(measure) or least)
    centre, radius = (width / 2, 50), min(width / 2 - 30, height - 100)
    share = 180 * (1 - (value - least) / (most - least))
    axes.add_patch(Wedge(centre, radius, 0, 180, width=radius * 0.32, fc="#E4E7EB"))
    axes.add_patch(Wedge(centre, radius, share, 180, width=radius * 0.32, fc=PALETTE[0]))
    axes.text(*centre, shown(measure, value), ha="center", fontsize=16, weight="bold")
    axes.text(centre[0] - radius, 34, f"{least:.0f}", ha="left", color=QUIET)
    axes.text(centre[0] + radius, 34, f"{most:.0f}", ha="right", color=QUIET)


def _wrapped(text: str, width: int) -> str:
    words, lines = text.split(), [""]
    for word in words:
        lines[-1:] = [f"{lines[-1]} {word}".strip()] if len(lines[-1]) + len(word) < width else [lines[-1], word]
    return "\n".join(lines)
