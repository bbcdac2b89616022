"""Who owns each security on the starting day: every face has an owner, and the published sums are met.

The Fed and the dealers first, as published. What they leave is fitted to the sectors: rows are sectors (foreign ones
by country, official ones apart for bills and coupons, as TIC splits them), columns are securities at market value;
the seed is each sector's liking times what is there, the sums are the published totals, households take the rest.
Then integers: each security's rows sum exactly to its face, sectors meet their totals within rounding; within a
sector institutions share each security by size.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from experiments.errors import UserError
from experiments.start.fitting import fit_margins, round_columns, split_columns
from experiments.start.holders import FOREIGN, Holder
from experiments.start.preferences import liking
from experiments.start.sector_totals import COUNTRIES, ForeignHoldings
from experiments.start.security_list import Listing
from market.bonds.securities import Kind, Securities
from market.draws.streams import Streams, fingerprint
from market.units import CENTS_PER_MUSD, Float, Int


class Row(NamedTuple):
    """A row of the fit: a sector, its country, which kinds it holds (all, bills, others), its total in cents."""

    sector: str
    country: str | None
    part: str
    cents: float


@dataclass(frozen=True, slots=True)
class Tilt:
    """A random disturbance of the seed: exp(size x normal), keyed by row and security."""

    size: float = 0.0
    seed: int = 0

    def factors(self, rows: list[Row], securities: Securities) -> Float:
        """Return the factor of each row and security (R, S)."""
        if self.size == 0.0:
            return np.ones((len(rows), len(securities)))
        by_row = np.array([fingerprint(row.sector, row.country, row.part) for row in rows], np.uint64)
        by_security = np.array([fingerprint(cusip) for cusip in securities.cusip], np.uint64)
        keys = (by_row[:, None] ^ by_security[None, :]).ravel()
        normal = Streams(self.seed).normal("tilt", keys, 0, 1).reshape(len(rows), len(securities))
        return np.asarray(np.exp(self.size * normal))


def fit_rows(totals_musd: dict[str, float], foreign: ForeignHoldings, everything_cents: float) -> list[Row]:
    """Return the rows of the fit with their totals; households take what the others leave."""
    rows = [Row(sector, None, "all", millions * CENTS_PER_MUSD) for sector, millions in totals_musd.items()]
    for country, official, private in zip(COUNTRIES, foreign.official, foreign.private, strict=True):
        bills = float(official) * foreign.official_bill_share
        rows.append(Row("foreign_official", country, "bills", bills * CENTS_PER_MUSD))
        rows.append(Row("foreign_official", country, "others", (float(official) - bills) * CENTS_PER_MUSD))
        rows.append(Row("foreign_private", country, "all", float(private) * CENTS_PER_MUSD))
    rest = everything_cents - sum(row.cents for row in rows)
    if rest <= 0:
        raise UserError(
            f"sectors hold {-rest / CENTS_PER_MUSD:,.0f} musd more than there is, expected a rest for households"
        )
    return [*rows, Row("household", None, "all", rest)]


def fit_sectors(current: Listing, free_face: Int, indexed_e8: Int, rows: list[Row], day: int, tilt: Tilt) -> Int:
    """Return the face (R, S) of every row of the fit; columns sum exactly to ``free_face`` (S,)."""
    securities = current.securities
    worth = free_face * (indexed_e8 / 1e6)  # cents
    bills = securities.of(Kind.BILL)
    parts = {"all": np.ones(len(bills), np.bool_), "bills": bills, "others": ~bills}
    liked = {row.sector: liking(row.sector, securities, current.otr_rank, day) for row in rows}
    seed = np.array([liked[row.sector] * parts[row.part] * worth for row in rows]) * tilt.factors(rows, securities)
    table = fit_margins(seed, np.array([row.cents for row in rows]), worth)
    return round_columns(table, free_face)


def share_out(holders: tuple[Holder, ...], rows: list[Row], fitted: Int) -> Int:
    """Return the face (H, S) of every institution: its share by size of its sector, or of its country where foreign."""
    face = np.zeros((len(holders), fitted.shape[1]), np.int64)
    groups: dict[tuple[str, str | None], list[int]] = {}
    for number, row in enumerate(rows):
        groups.setdefault((row.sector, row.country), []).append(number)
    for (sector, country), numbers in groups.items():
        members = [
            i for i, h in enumerate(holders) if h.sector == sector and (sector not in FOREIGN or h.country == country)
        ]
        face[members] = split_columns(fitted[numbers].sum(axis=0), np.array([holders[i].size for i in members]))
    return face
