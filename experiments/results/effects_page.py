"""The table of effects in the terminal, and numbers as they are printed everywhere."""

import pandas as pd
from rich.table import Table


def number(value: float) -> str:
    """Return three significant digits, thousands whole, a dash for none.

    >>> number(-1234.5), number(0.01234), number(float("nan"))
    ('-1,234', '0.0123', '-')
    """
    if value != value:
        return "-"
    return f"{value:,.0f}" if 1000 <= abs(value) < float("inf") else f"{value:.3g}"


def table(effects: pd.DataFrame) -> Table:
    """Return the effects as a table, a rule between two of them."""
    page = Table(box=None, pad_edge=False)
    for head in ("effect", "outcome"):
        page.add_column(head, overflow="fold")
    for head in ("mean", "95 % interval", "bootstrap", "detectable", "gain of pairs"):
        page.add_column(head, justify="right")
    page.add_column("verdict")
    for row in effects.to_dict("records"):
        page.add_row(
            str(row["effect"]),
            f"{row['outcome']} [{row['unit']}]",
            number(row["mean"]),
            f"{number(row['t_low'])} to {number(row['t_high'])}",
            f"{number(row['bootstrap_low'])} to {number(row['bootstrap_high'])}",
            number(row["detectable"]),
            number(row["gain"]),
            str(row["verdict"]),
        )
    return page
