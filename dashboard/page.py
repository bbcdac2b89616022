"""The page: controls and sliders on the left, what is looked at on the right. One session for each browser tab.

Figures are pictures made on the server: nothing is asked of any other machine.
"""

from collections.abc import Callable
from functools import partial
from threading import Thread
from typing import Any

import solara
from matplotlib.figure import Figure

from dashboard import pictures
from dashboard.levers import MODES, SLIDERS, Slider
from dashboard.session import STARTED, Session
from experiments.errors import UserError
from experiments.figures.gallery import FIGURES
from experiments.figures.style import Panel

DOTS_PER_INCH = 96
WRAPPED = {"flex-wrap": "wrap"}
VIEWS: dict[str, tuple[Panel, ...]] = {
    view: tuple(panel for name in names if (panel := FIGURES[name].panel))
    for view, names in {
        "Market": ("yields", "curve", "spreads", "residuals"),
        "Buybacks": ("buybacks", "inventory"),
        "Balance sheets": ("money", "fed-sheet", "treasury-sheet", "owners"),
    }.items()
}
WHOLE: dict[str, tuple[Callable[[Any], Figure], ...]] = {
    "Depth": (FIGURES["liquidity-map"].draw,),
    "Network": (FIGURES["network"].draw,),
}
SECURITY, INSTITUTION, ARMS, EXPORT = "Security", "Institution", "Two arms", "Export"
CHOICES = [*VIEWS, *WHOLE, SECURITY, INSTITUTION, ARMS, EXPORT]


class Watched:
    """A session and what the page knows of it; ``seen`` rises with all that is new."""

    def __init__(self) -> None:
        self.session = Session(STARTED[0])
        self.playing, self.busy = solara.reactive(False), solara.reactive(False)
        self.view, self.fault = solara.reactive(CHOICES[0]), solara.reactive("")
        self.seen = solara.reactive(0)
        self.gone = False  # its tab was closed

    def refresh(self) -> None:
        """Let everything be drawn again."""
        self.seen.value += 1

    def live(self, play: bool) -> None:
        """Live one day, or day after day until told to pause, in a thread: the page answers meanwhile."""
        if not self.busy.value:
            self.busy.value, self.playing.value = True, play
            Thread(target=self._live, daemon=True).start()

    def _live(self) -> None:
        """Live days."""
        try:
            while True:
                self.session.step(self.view.value == ARMS)
                self.refresh()
                if self.gone or self.session.over or not self.playing.value:
                    break
        except UserError as error:  # a lever that this market cannot follow
            self.fault.value = str(error)
        finally:
            self.playing.value, self.busy.value = False, False

    def close(self) -> None:
        """Let the market go with its tab."""
        self.gone = True
        self.session.close()

    def move(self, **levers: Any) -> None:
        """Move levers; what describes no world is said and not done."""
        try:
            self.session.change(**levers)
            self.fault.value = ""
        except UserError as error:
            self.fault.value = str(error)
        self.refresh()

    def reset(self) -> None:
        """Begin again."""
        self.session.reset()
        self.fault.value = ""
        self.refresh()


@solara.component
def Page() -> None:
    """Show one session."""
    watched = solara.use_memo(Watched, [])
    solara.use_effect(lambda: watched.close, [])
    session, seen = watched.session, watched.seen.value
    solara.Title("Off the Run")
    with solara.Sidebar():
        Controls(watched, seen)
    solara.Text(f"{session.start.scenario.name}, seed {session.start.seed}. Day {session.day}: {session.date}")
    if watched.fault.value:
        solara.Error(watched.fault.value)
    solara.ToggleButtonsSingle(value=watched.view, values=CHOICES, dense=True)
    View(watched, watched.view.value, seen)


@solara.component
def Controls(watched: Watched, seen: int) -> None:
    """Show play, step, reset and the levers."""
    session, busy = watched.session, watched.busy.value
    stuck = busy or session.over
    with solara.Row():
        if watched.playing.value:
            solara.Button("Pause", on_click=lambda: watched.playing.set(False), color="primary")
        else:
            solara.Button("Play", on_click=lambda: watched.live(play=True), color="primary", disabled=stuck)
        solara.Button("Step", on_click=lambda: watched.live(play=False), disabled=stuck)
        solara.Button("Reset", on_click=watched.reset, disabled=busy)
    solara.Text("Change it while it runs, from the next day on")
    for slider in SLIDERS:
        Lever(watched, slider, getattr(session.levers, slider.name))
    mode = session.levers.buyback_mode
    modes = list(MODES) if mode in MODES else [mode]  # a desk that stands in the books is of another class
    solara.Select("Buybacks: mode", modes, value=mode, on_value=lambda chosen: watched.move(buyback_mode=chosen))
    solara.FileDownload(session.export, filename="sliders.toml", label="Export as a scenario")


@solara.component
def Lever(watched: Watched, slider: Slider, at: float) -> None:
    """Show one slider with its name, unit and value."""
    solara.Text(f"{slider.label}, {slider.unit}: {at:g}")
    bounds = {"min": slider.low, "max": slider.high, "step": slider.step}
    solara.SliderFloat(
        "", value=at, thumb_label=False, on_value=lambda value: watched.move(**{slider.name: value}), **bounds
    )


@solara.component
def View(watched: Watched, view: str, seen: int) -> None:
    """Show what was chosen to be looked at."""
    session = watched.session
    if view == SECURITY:
        Security(session, seen)
    elif view == INSTITUTION:
        Institution(session, seen)
    elif view == EXPORT:
        Changes(session, seen)
    elif session.day == 0:
        solara.Info("The eve of the first day: press Step or Play.")
    elif view == ARMS:
        Arms(session, seen)
    else:
        Figures(session, view, seen)


@solara.component
def Figures(session: Session, view: str, seen: int) -> None:
    """Show figures of the tables so far."""
    with solara.Row(style=WRAPPED):
        for panel in VIEWS.get(view, ()):
            Picture(partial(pictures.alone, panel, session.tables), (view, seen))
        for draw in WHOLE.get(view, ()):
            Picture(partial(draw, session.tables), (view, seen))


@solara.component
def Picture(draw: Callable[[], Figure], of: tuple[Any, ...]) -> None:
    """Show a figure, drawn again when what it is of changes."""
    figure = solara.use_memo(lambda: draw(), [of])  # a partial has no name, which use_memo wants
    solara.FigureMatplotlib(figure, dependencies=[of], format="png", dpi=DOTS_PER_INCH)


@solara.component
def Security(session: Session, seen: int) -> None:
    """Choose a security; show its book and its owners."""
    known = pictures.names_of(session.market)
    newest = next((name for name in reversed(known) if "on the run" in name), next(iter(known)))
    chosen = solara.use_reactive("")
    name = chosen.value if chosen.value in known else newest
    solara.Select("Security", list(known), value=name, on_value=chosen.set)
    with solara.Row(style=WRAPPED):
        Picture(partial(pictures.book, session.market, session.books, known[name]), (name, seen))
        Picture(partial(pictures.owners, session.market, known[name]), (name, seen))


@solara.component
def Institution(session: Session, seen: int) -> None:
    """Choose an institution; show its account."""
    known = list(session.market.ledger.names)
    chosen = solara.use_reactive(known[0])
    solara.Select("Institution", known, value=chosen)
    solara.DataFrame(pictures.account(session.market, chosen.value), items_per_page=30)


@solara.component
def Arms(session: Session, seen: int) -> None:
    """Show the market of the levers beside the one that nobody touched."""
    other = solara.use_memo(session.other, [seen])
    Picture(partial(pictures.arms, session.tables, other.tables), (ARMS, seen))


@solara.component
def Changes(session: Session, seen: int) -> None:
    """Show what was changed when, and the scenario file of the levers."""
    for change in session.changes:
        solara.Text(str(change))
    if not session.changes:
        solara.Text("Nothing was changed yet.")
    solara.Preformatted(session.export())
