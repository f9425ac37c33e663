"""Self-contained HTML with interactive figures; it loads nothing from the network."""

from html import escape

import pandas as pd
from plotly.offline import get_plotlyjs

from core.figures import Shown

MAX_ROWS = 200  # of a table in the document

STYLE = """
:root { color-scheme: light dark; --text: #1b2430; --page: #ffffff; --line: #d8dee6; --soft: #f3f5f8; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6eaf0; --page: #10151c; --line: #303a47; --soft: #1a212b; }
}
body { max-width: 960px; margin: 2rem auto; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif;
  color: var(--text); background: var(--page); }
h1, h2 { line-height: 1.25; }
figure { margin: 1rem 0 2rem; }
figcaption { margin: 0.5rem 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 14px; }
th, td { border: 1px solid var(--line); padding: 0.25rem 0.6rem; text-align: right; }
th:first-child, td:first-child { text-align: left; }
pre { overflow-x: auto; padding: 0.75rem; background: var(--soft); font-size: 13px; }
"""

# Figures set neither background nor text colour; here they get those of the document, which follow light and dark.
SCRIPT = """
const dark = matchMedia("(prefers-color-scheme: dark)");
const figures = [...document.querySelectorAll("script[data-figure]")].map(script => ({
  place: document.getElementById(script.dataset.figure), ...JSON.parse(script.textContent)}));
function draw({place, data, layout, frames}) {
  const color = name => getComputedStyle(document.documentElement).getPropertyValue(name);
  const axis = {gridcolor: color("--line"), linecolor: color("--line"), zerolinecolor: color("--line"),
    automargin: true};
  const template = {layout: {paper_bgcolor: color("--page"), plot_bgcolor: color("--page"),
    font: {color: color("--text")}, xaxis: axis, yaxis: axis}};
  const svg = {name: "Save as SVG", icon: Plotly.Icons.disk,
    click: shown => Plotly.downloadImage(shown, {format: "svg", filename: place.id})};
  Plotly.react(place, data, {...layout, template}, {responsive: true, displaylogo: false,
    toImageButtonOptions: {format: "png", scale: 3, filename: place.id}, modeBarButtonsToAdd: [svg]})
    .then(() => frames && frames.length && Plotly.addFrames(place, frames));
}
figures.forEach(draw);
dark.addEventListener("change", () => figures.forEach(draw));
"""


def document(title: str, body: str) -> str:
    """A complete HTML page with this body (already HTML) and one copy of plotly.js."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n<script>{get_plotlyjs()}</script>\n</head>\n"
        f"<body>\n<h1>{escape(title)}</h1>\n{body}\n<script>{SCRIPT}</script>\n</body>\n</html>\n"
    )


def figure_html(shown: Shown, name: str) -> str:
    """A figure with its explanation and its numbers, as HTML.

    Args:
        name: id of the figure in its document, and file name of images saved from it: letters, digits, dots, dashes.
    """
    name = escape(name)
    # A script element ends at the first "</script", so its JSON must not contain "<".
    data = (shown.figure.to_json() or "").replace("<", "\\u003c")
    return (
        f'<figure>\n<div id="{name}" role="img" aria-label="{escape(shown.alt)}"></div>\n'
        f'<script type="application/json" data-figure="{name}">{data}</script>\n'
        f"<figcaption>{escape(shown.how_to_read)}</figcaption>\n"
        f"<details><summary>Numbers</summary>\n{table_html(shown.table)}\n</details>\n</figure>\n"
    )


def table_html(frame: pd.DataFrame) -> str:
    """The first ``MAX_ROWS`` rows of a data frame as an HTML table."""
    rows = frame.head(MAX_ROWS).to_html(index=False, border=0, na_rep="–", float_format="{:.4g}".format, escape=True)
    note = f"<p>The first {MAX_ROWS} of {len(frame)} rows.</p>" if len(frame) > MAX_ROWS else ""
    return f'<div class="scroll">{rows}</div>{note}'


def figure_document(shown: Shown, name: str) -> str:
    """One figure as an HTML page of its own; arguments as in ``figure_html``."""
    return document(name.replace("_", " ").replace(".", ", ").capitalize(), figure_html(shown, name))
