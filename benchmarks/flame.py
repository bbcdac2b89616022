"""A flame graph of simulated days as an SVG: which calls stand on which, wide as their share of processor time.

Stacks are sampled by the interval timer of the process (``signal.ITIMER_PROF``; Unix only), every two milliseconds of
processor time; numpy and kernels count for the Python function that called them. Drawn here, in one screen of code:
py-spy needs rights over other processes, pyinstrument draws no flame graph, flameprof has had no release since 2018.
"""

import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from xml.sax.saxutils import escape

EVERY = 0.002  # seconds of processor time between samples
WIDTH, ROW, TOP, CHARACTER = 1200, 17, 40, 6.2  # pixels
LEAST = 0.0015  # share of time below which a call is not drawn
COLOURS = {"market": "#f2a65a", "agents": "#7fb5d5", "experiments": "#9ccc9c"}  # by package; others grey


@dataclass
class Call:
    """A function, reached by one way: samples in it and in all that it called."""

    name: str
    package: str
    samples: int = 0
    calls: dict[tuple[str, str], "Call"] = field(default_factory=dict)

    @property
    def depth(self) -> int:
        """Return the height of the tallest stack."""
        return 1 + max((call.depth for call in self.calls.values()), default=0)


def sample(work: Callable[[], None]) -> Call:
    """Run something and return the tree of what was sampled."""
    root, base = Call("all", ""), _depth()

    def note(_: int, frame: FrameType | None) -> None:
        root.samples += 1
        call = root
        for key in _stack(frame)[base:]:
            call = call.calls.setdefault(key, Call(*key))
            call.samples += 1

    before = signal.signal(signal.SIGPROF, note)
    signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
    try:
        work()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return root


def _stack(frame: FrameType | None) -> list[tuple[str, str]]:
    """Return function and package of every frame, outermost first."""
    out = []
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        out.append((f"{module.rpartition('.')[2]}.{frame.f_code.co_qualname}", module.partition(".")[0]))
        frame = frame.f_back
    return out[::-1]


def _depth() -> int:
    """Return how many frames stand below the work: this one's caller, ``sample``, is the last of them."""
    frame: FrameType | None = sys._getframe(1)
    depth = 0
    while frame is not None:
        frame, depth = frame.f_back, depth + 1
    return depth


def draw(root: Call, path: Path, title: str) -> None:
    """Write the tree as an SVG, callers below, what they call above; hovering tells the share."""
    height = TOP + ROW * root.depth + 10
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="monospace" '
        'font-size="10">',
        f'<text x="8" y="18" font-size="13">{escape(title)}</text>',
        '<text x="8" y="33">orange: market, blue: agents, green: experiments, grey: libraries</text>',
    ]
    _boxes(root, 0.0, 0, root.samples, height, lines)
    path.write_text("\n".join([*lines, "</svg>"]) + "\n", "utf-8")


def _boxes(call: Call, left: float, level: int, whole: int, height: int, lines: list[str]) -> None:
    """Draw a call and all that it called."""
    share = call.samples / max(whole, 1)
    if share < LEAST:
        return
    width, y = WIDTH * share, height - ROW * (level + 1) - 5
    shown = call.name if len(call.name) * CHARACTER < width else call.name[: max(int(width / CHARACTER) - 1, 0)]
    lines.append(
        f'<g><title>{escape(call.name)}: {share:.1%}</title><rect x="{left:.1f}" y="{y}" width="{width:.1f}" '
        f'height="{ROW - 1}" fill="{COLOURS.get(call.package, "#d8d8d8")}" stroke="white" stroke-width="0.5"/>'
        f'<text x="{left + 2:.1f}" y="{y + 11}">{escape(shown)}</text></g>'
    )
    for one in sorted(call.calls.values(), key=lambda other: -other.samples):
        _boxes(one, left, level + 1, whole, height, lines)
        left += WIDTH * one.samples / max(whole, 1)
