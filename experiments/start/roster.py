"""Who is in a starting state, by name: what flows and shocks of single institutions in a scenario file refer to."""

import numpy as np

from experiments.errors import UserError, nearest
from experiments.start.holders import SECTORS
from experiments.start.state import StartingState
from market.accounts.instruments import Money
from market.units import CENTS_PER_MUSD, to_date

ALL = "all"


def roster(state: StartingState, kind: str = ALL) -> str:
    """Return a line for each institution: kind, name, Treasuries at market value and reserves or deposits, $m.

    Officials are left out. UserError if there is no kind of that name.
    """
    if kind not in (ALL, *SECTORS):
        choices = ", ".join((ALL, *SECTORS))
        raise UserError(f"institutions {kind!r}: no such kind, expected one of {choices}{nearest(kind, SECTORS)}")
    kinds = SECTORS if kind == ALL else (kind,)
    value = state.value() / CENTS_PER_MUSD
    cash = (state.money[:, Money.RESERVES] + state.money[:, Money.DEPOSITS]) / CENTS_PER_MUSD
    chosen = [row for row, holder in enumerate(state.holders) if holder.sector in kinds]
    lines = [
        f"{state.holders[row].sector:18s}{state.holders[row].name:36s}{value[row]:14,.0f}{cash[row]:14,.0f}"
        for row in chosen
    ]
    head = f"{len(lines)} institutions on {to_date(state.day)}, $m; the start of a run without tilt"
    columns = f"{'kind':18s}{'name':36s}{'Treasuries':>14s}{'money':>14s}"
    total = f"{'together':54s}{np.sum(value[chosen]):14,.0f}{np.sum(cash[chosen]):14,.0f}"
    return "\n".join([head, "", columns, *lines, total])
