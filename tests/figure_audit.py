"""The machine's look at a figure: what a journal's column, a grey printer and a deuteranope would complain about.

``complaints(figure, width)`` returns one sentence for each fault: text below 7 points, texts that overlap or leave the
figure, text, lines, points, bars or areas that stand out from what is behind them by less than 4.5 (WCAG 2.1), points
that the edge of their axes cuts, series of one picture that look alike in grey or to a deuteranope, and an axis without
a unit. ``width`` is what the figure is printed at, in inches: a column of a journal unless told otherwise.

A point, a bar or an area stands out by its face or by its outline. What is meant to lie behind is left out: spans of
events and bands of intervals, which one sees through, and heat maps, which have a scale beside them.

Distances of colours are CIE76 in CIELAB; deuteranopia is simulated with the matrix of Machado, Oliveira and Fernandes
("A Physiologically-based Model for Simulation of Color Vision Deficiency", 2009), severity 1, in linear RGB.
"""

from itertools import combinations

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PathCollection, PolyCollection
from matplotlib.colors import to_rgba
from matplotlib.container import BarContainer
from matplotlib.dates import ConciseDateFormatter
from matplotlib.lines import Line2D
from matplotlib.text import Text

from experiments.figures.style import SETTINGS

WIDTH_INCHES, LEAST_POINTS, LEAST_CONTRAST = 3.4, 7.0, 4.5
LEAST_GREY, LEAST_COLOUR = 12.0, 15.0  # distances in lightness, and in CIELAB
SLACK_PIXELS = 1.0
DOT = {".": 0.5}  # markers that are smaller than their size
UNITS = (
    "percent",
    "points",
    "dollar",
    "years",
    "business day",
    "round",
    "share",
    "ratio",
    "number",
    "deviations",
    "seconds",
    "mebibytes",
)
DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
)
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = TO_XYZ @ np.ones(3)


def complaints(figure, width=WIDTH_INCHES):
    """Return what is wrong with a figure that is printed at a width."""
    canvas = FigureCanvasAgg(figure)
    figure.set_dpi(SETTINGS["savefig.dpi"])  # as it is saved
    canvas.draw()
    shown = texts(figure)
    found = [] if abs(figure.get_figwidth() - width) < 1e-9 else [f"{figure.get_figwidth()} inches wide"]
    found += [f"{t.get_text()!r} has {t.get_fontsize():.1f} points" for t in shown if t.get_fontsize() < LEAST_POINTS]
    found += overlaps(shown, canvas.get_renderer(), figure.bbox)
    found += faint_text(shown, canvas)
    for axes in figure.axes:
        found += faint(axes) + cut(axes) + look_alikes(axes) + without_unit(axes)
    return found


def texts(figure):
    """Return the texts that can be seen: tick labels of ticks inside the axis only."""
    hidden = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            room = 1e-9 * (high - low)
            used = {id(t) for t in axis.get_major_ticks()[: len(axis.get_majorticklocs())]}
            for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
                inside = low - room <= tick.get_loc() <= high + room
                if not inside or (tick in axis.majorTicks and id(tick) not in used) or not axes.axison:
                    hidden |= {id(tick.label1), id(tick.label2)}
    return [t for t in figure.findobj(Text) if id(t) not in hidden and t.get_text().strip() and visible(t)]


def visible(artist):
    """Tell whether an artist and all it hangs from are shown."""
    axes = getattr(artist, "axes", None)
    return artist.get_visible() and (axes is None or axes.get_visible())


def overlaps(shown, renderer, page):
    """Return the pairs of texts that lie on each other, and the texts that leave the page."""
    boxes = [(t.get_text(), t.get_window_extent(renderer).padded(-SLACK_PIXELS)) for t in shown]
    found = [f"{a!r} overlaps {b!r}" for (a, one), (b, other) in combinations(boxes, 2) if one.overlaps(other)]
    inside = (page.x0 - 1, page.y0 - 1, page.x1 + 1, page.y1 + 1)
    found += [
        f"{name!r} leaves the figure"
        for name, box in boxes
        if box.x0 < inside[0] or box.y0 < inside[1] or box.x1 > inside[2] or box.y1 > inside[3]
    ]
    return found


def faint_text(shown, canvas):
    """Return the texts that do not stand out from the middle tone of what is drawn behind them."""
    boxes = [t.get_window_extent(canvas.get_renderer()) for t in shown]
    canvas.figure.set_layout_engine("none")  # nothing moves while the texts are gone
    for text in shown:
        text.set_visible(False)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[..., :3] / 255.0
    for text in shown:
        text.set_visible(True)
    found = []
    for text, box in zip(shown, boxes, strict=True):
        high, wide = pixels.shape[:2]
        rows = slice(max(int(high - box.y1), 0), max(int(high - box.y0), 1))
        behind = pixels[rows, max(int(box.x0), 0) : min(max(int(box.x1), 1), wide)].reshape(-1, 3)
        if len(behind) and contrast(to_rgba(text.get_color())[:3], np.median(behind, axis=0)) < LEAST_CONTRAST:
            found.append(f"{text.get_text()!r} hardly stands out from what is behind it")
    return found


def faint(axes):
    """Return the lines, points, bars and areas that do not stand out from the paper."""
    paper = to_rgba(axes.get_facecolor())[:3]
    found = [
        f"{kind} {known(name)!r} of {axes.get_title(loc='left')!r} hardly stands out from the paper"
        for kind, name, colours in marks(axes)
        if max((contrast(over(paper, colour), paper) for colour in colours), default=LEAST_CONTRAST) < LEAST_CONTRAST
    ]
    return list(dict.fromkeys(found))


def marks(axes):
    """Yield what carries data: what it is, its name, and the colours by one of which it has to stand out."""
    for line in filter(visible, axes.lines):
        if line.get_linestyle() not in ("None", ""):
            yield "line", line.get_label(), [to_rgba(line.get_color(), line.get_alpha())]
        if line.get_marker() not in ("None", "", None):
            sides = (line.get_markerfacecolor(), line.get_markeredgecolor())
            yield "points", line.get_label(), [to_rgba(side, line.get_alpha()) for side in sides]
    for drawn in filter(visible, axes.collections):
        faces, edges = drawn.get_facecolor(), drawn.get_edgecolor()
        if isinstance(drawn, LineCollection):
            yield from (("line", drawn.get_label(), [edge]) for edge in np.unique(edges, axis=0))
        elif isinstance(drawn, PathCollection) and len(drawn.get_offsets()):
            yield from (("points", drawn.get_label(), sides) for sides in in_pairs(faces, edges))
        elif isinstance(drawn, PolyCollection) and faces[:, 3].min(initial=1.0) == 1.0:  # a band is seen through
            yield from (("area", drawn.get_label(), sides) for sides in in_pairs(faces, edges))
    for bars in axes.containers:
        if isinstance(bars, BarContainer):
            looks = {(bar.get_facecolor(), bar.get_edgecolor() if bar.get_linewidth() else None) for bar in bars}
            yield from (("bars", bars.get_label(), [side for side in look if side]) for look in looks)


def in_pairs(faces, edges):
    """Return the different pairs of face and edge of a collection, which repeats the shorter of both."""
    length = max(len(faces), len(edges))
    sides = [np.resize(colours, (length, 4)) for colours in (faces, edges) if len(colours)]
    return np.unique(np.stack(sides, axis=1), axis=0)


def over(paper, colour):
    """Return what is seen of a colour on paper."""
    opaque = to_rgba(colour)[3]
    return [opaque * c + (1 - opaque) * p for c, p in zip(to_rgba(colour)[:3], paper, strict=True)]


def cut(axes):
    """Return the series of whose points the edge of the axes takes a part away."""
    box, per_point = axes.get_window_extent(), axes.get_figure(root=True).dpi / 72
    found = []
    for name, at, size in points(axes):
        inside = (at >= box.min - SLACK_PIXELS).all(axis=1) & (at <= box.max + SLACK_PIXELS).all(axis=1)
        radius = (size / 2 * per_point - SLACK_PIXELS)[inside, None]
        if ((at[inside] - radius < box.min) | (at[inside] + radius > box.max)).any():
            found.append(f"the edge of {axes.get_title(loc='left')!r} cuts points of {known(name)!r}")
    return found


def points(axes):
    """Yield the points that the edge of their axes can cut: name, places in pixels (n, 2), diameters in points (n,)."""
    for line in filter(visible, axes.lines):
        if line.get_marker() not in ("None", "", None) and line.get_clip_on():
            at = line.get_transform().transform(np.column_stack([line.get_xdata(False), line.get_ydata(False)]))
            yield line.get_label(), at, np.full(len(at), line.get_markersize() * DOT.get(line.get_marker(), 1.0))
    for drawn in filter(visible, axes.collections):
        if isinstance(drawn, PathCollection) and drawn.get_clip_on() and len(drawn.get_offsets()):
            at = drawn.get_offset_transform().transform(drawn.get_offsets())
            yield drawn.get_label(), at, np.resize(np.sqrt(drawn.get_sizes()), len(at))


def look_alikes(axes):
    """Return the pairs of series that look alike in grey or to a deuteranope."""
    found = []
    for one, other in combinations(named(axes), 2):
        if shape(one) != shape(other) or label_of(one) == label_of(other):  # one name: one series, drawn in parts
            continue
        colours = [linear(to_rgba(main_colour(artist))[:3]) for artist in (one, other)]
        grey = abs(lab(colours[0])[0] - lab(colours[1])[0])
        seen = np.linalg.norm(np.subtract(*(lab(np.clip(DEUTERANOPIA @ c, 0, 1)) for c in colours)))
        pair = f"{label_of(one)!r} and {label_of(other)!r} look alike"
        found += [f"{pair} in grey"] if grey < LEAST_GREY else []
        found += [f"{pair} to a deuteranope"] if seen < LEAST_COLOUR else []
    return found


def named(axes):
    """Return the artists that the legend names, bars of which there are none left out."""
    return [artist for artist in axes.get_legend_handles_labels()[0] if getattr(artist, "patches", True)]


def label_of(artist):
    """Return the name of a series."""
    return artist.get_label()


def known(name):
    """Return a name, or that there is none: what nobody named matplotlib numbers."""
    return "unnamed" if name.startswith("_") else name


def shape(artist):
    """Return by what, colour apart, a series can be told from others."""
    if isinstance(artist, Line2D):
        dashes = artist._dash_pattern[1]
        line = None if artist.get_linestyle() in ("None", "") else tuple(dashes) if dashes else "solid"
        return "line", line, str(artist.get_marker())
    if isinstance(artist, PathCollection):  # a scatter: its marker
        outline = artist.get_paths()[0].vertices if artist.get_paths() else np.zeros(0)
        return "points", outline.round(3).tobytes()
    return (type(artist).__name__,)


def main_colour(artist):
    """Return the colour by which a series is known."""
    if isinstance(artist, Line2D):
        return artist.get_color()
    if hasattr(artist, "patches"):
        return artist.patches[0].get_facecolor() if artist.patches else "black"
    if not hasattr(artist, "get_facecolor"):
        return "black"
    for colours in (artist.get_facecolor(), artist.get_edgecolor()):
        flat = np.atleast_2d(colours)
        if len(flat) and flat[0][3] > 0:
            return tuple(flat[0][:3])
    return "black"


def without_unit(axes):
    """Return the axes with numbers on them and no unit."""
    if not axes.axison or not axes.get_visible():
        return []
    found = []
    for name, axis in (("x", axes.xaxis), ("y", axes.yaxis)):
        numbers = [t.get_text() for t in axis.get_ticklabels() if t.get_visible() and t.get_text()]
        if not numbers or isinstance(axis.get_major_formatter(), ConciseDateFormatter):
            continue
        words = axis.get_label_text().lower()
        categories = not any(is_number(text) for text in numbers)
        if not categories and not any(unit in words for unit in UNITS):
            found.append(f"the {name} axis of {axes.get_title(loc='left')!r} has no unit: {words!r}")
    return found


def is_number(text):
    """Tell whether a tick label is a number, a power of ten included."""
    try:
        float(text.replace(",", "").replace("−", "-"))
    except ValueError:
        return text.startswith("$\\mathdefault{")
    return True


def linear(rgb):
    """Return linear RGB of sRGB."""
    c = np.asarray(rgb, float)
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    """Return the contrast of two sRGB colours by WCAG 2.1, 1 to 21."""
    light = sorted(float(linear(c) @ TO_XYZ[1]) for c in (one, other))
    return (light[1] + 0.05) / (light[0] + 0.05)


def lab(rgb):
    """Return CIELAB of linear RGB."""
    t = TO_XYZ @ rgb / WHITE
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])
