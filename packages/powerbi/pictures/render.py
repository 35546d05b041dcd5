"""Draws each page of the Power BI report from the marts: render.py DATABASE_URL FOLDER writes FOLDER/<page>.png.

A likeness with the report's own layout, fields and colours, made without Power BI. See the README beside the project.
"""

import sys
from pathlib import Path

import psycopg

import charts
import draw
from project import Visual, pages
from query import rows


def draw_visual(figure, visual: Visual, connection):
    bare = visual.type in ("textbox", "slicer", "cardVisual", "gauge", "tableEx", "pivotTable")
    axes = draw.card(figure, visual, bare)
    if visual.type == "textbox":
        return draw.text_box(axes, visual)
    if visual.type == "slicer":
        return draw.slicer(axes, visual)
    found = rows(connection, visual, [role for role in visual.roles if role != "Tooltips"])
    if not found:
        return draw.nothing(axes)
    if visual.type == "tableEx":
        fraud = [field for field in visual.roles["Values"] if field.name == "is_fraud"]
        return charts.table(axes, visual, found, lambda row: any(row[field] for field in fraud))
    drawn = {
        "cardVisual": draw.figures,
        "gauge": draw.gauge,
        "donutChart": charts.donut,
        "azureMap": charts.bubbles,
        "pivotTable": charts.matrix,
    }
    return drawn.get(visual.type, charts.chart)(axes, visual, found)


def main(url: str, folder: str):
    Path(folder).mkdir(parents=True, exist_ok=True)
    with psycopg.connect(url, options="-c default_transaction_read_only=on") as connection:
        for name, visuals in pages():
            figure = draw.new_page()
            for visual in visuals:
                draw_visual(figure, visual, connection)
            file = Path(folder) / f"{name}.png"
            figure.savefig(file)
            print(file)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: render.py DATABASE_URL FOLDER")
    main(*sys.argv[1:])
