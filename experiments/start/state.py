"""The starting state: who owns every bond and every dollar on the evening of a business day of 2024, closing exactly.

Every security's face is owned; each money sums to zero; the Fed's sheet is the published one of the Wednesday nearest
that no settlement of notes and bonds separates from the day; dealers hold what FR 2004 reports by bucket; sectors
meet published totals. What is assumed is said where it is done: ``holdings``, ``starting_money``,
``soma_holdings``, ``dealer_holdings``, ``sector_totals``, ``preferences``, ``prices``. Face is in hundreds of
dollars, money in cents, prices in 1e-8 points.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from experiments.errors import UserError
from experiments.inputs.fed_factors import FedLevels, levels_near
from experiments.start.dealer_holdings import DealerPositions, dealer_positions
from experiments.start.fitting import split_columns
from experiments.start.holders import DEFAULT_POPULATION, Holder, check_population, holders_of
from experiments.start.holdings import Tilt, fit_rows, fit_sectors, share_out
from experiments.start.issuance import issues
from experiments.start.money import starting_money
from experiments.start.prices import prices_e8
from experiments.start.sector_totals import ForeignHoldings, foreign_holdings_musd, sector_totals_musd
from experiments.start.security_list import listing
from experiments.start.soma_holdings import fed_holdings
from experiments.start.valuation import indexed_prices_e8, value_cents
from market.accounts.instruments import FED, TREASURY
from market.bonds.securities import Securities
from market.calendar import is_business_day, next_business_day, previous_business_day
from market.units import FACE_PER_MUSD, Int, day_number, read_only, to_date

FIRST_DAY, LAST_DAY = day_number("2024-01-02"), day_number("2024-12-31")


@dataclass(frozen=True, eq=False)
class StartingState:
    """Balances at the close of ``day``: rows are ``holders`` (H), the first three the Fed, the Treasury and the public.

    ``face`` (H, S): hundreds of dollars, the Treasury's row is minus what is outstanding. ``money`` (H, N_MONEY):
    cents, issuers negative. ``price_e8`` (S,) clean, TIPS un-indexed; ``indexed_e8`` (S,) times the index ratio.
    ``published_musd``: the sums that went in, in millions of dollars. ``levels``: the Fed's Wednesday.
    """

    day: int
    securities: Securities
    outstanding: Int
    otr_rank: Int
    price_e8: Int
    indexed_e8: Int
    holders: tuple[Holder, ...]
    face: Int
    money: Int
    levels: FedLevels
    published_musd: dict[str, float]

    def __post_init__(self) -> None:
        for name in ("outstanding", "otr_rank", "price_e8", "indexed_e8", "face", "money"):
            object.__setattr__(self, name, read_only(getattr(self, name)))

    def value(self) -> Int:
        """Return the market value of each holder's securities (H,) in cents; the Treasury's is negative."""
        return np.asarray(value_cents(self.face, self.indexed_e8).sum(axis=1), np.int64)

    def rows(self, sector: str) -> Int:
        """Return the rows of a sector."""
        return np.array([row for row, holder in enumerate(self.holders) if holder.sector == sector], np.int64)

    def face_on(self, securities: Securities) -> Int:
        """Return face (H, S') in the columns of a longer list of securities."""
        wide = np.zeros((len(self.holders), len(securities)), np.int64)
        wide[:, securities.places(self.securities.cusip)] = self.face
        return wide


def starting_state(
    day: int, population: Mapping[str, int] = DEFAULT_POPULATION, tilt: float = 0.0, tilt_seed: int = 0
) -> StartingState:
    """Return the starting state of a business day of 2024 for so many institutions by sector (``holders.SECTORS``).

    ``tilt`` disturbs the fitted holdings at random without changing a sum. Raises UserError for a day or a sector
    that is not.
    """
    _check_day(day)
    check_population(population)
    current = listing(day)
    securities = current.securities
    price = prices_e8(current, day)
    indexed = indexed_prices_e8(securities, price, day)
    levels = levels_near(day, _coupon_settlements())
    fed = fed_holdings(current, day, levels)
    dealers = dealer_positions(securities, day, current.outstanding - fed.face, indexed)
    free = current.outstanding - fed.face - dealers.face
    foreign, totals = foreign_holdings_musd(day), sector_totals_musd(day)
    rows = fit_rows(totals, foreign, float((free * (indexed / 1e6)).sum()))
    holders = holders_of(population, {"foreign_official": foreign.official, "foreign_private": foreign.private})
    face = share_out(holders, rows, fit_sectors(current, free, indexed, rows, day, Tilt(tilt, tilt_seed)))
    face[FED], face[TREASURY] = fed.face, -current.outstanding
    desks = [row for row, holder in enumerate(holders) if holder.sector == "primary_dealer"]
    face[desks] = split_columns(dealers.face, np.array([holders[row].size for row in desks]))
    value = value_cents(face, indexed).sum(axis=1)
    published = {**totals, **_published(foreign, dealers), "soma_made_up": fed.missed / FACE_PER_MUSD}
    money = starting_money(holders, value, levels, day)
    columns = (current.outstanding, current.otr_rank, price, indexed)
    return StartingState(day, securities, *columns, holders, face, money, levels, published)


def _published(foreign: ForeignHoldings, dealers: DealerPositions) -> dict[str, float]:
    """Return the published sums of foreign holders and dealers by name, in millions."""
    sums = {"foreign": foreign.total - foreign.cayman, "foreign_official": float(foreign.official.sum())}
    return sums | {f"dealers.{bucket}": musd for bucket, musd in dealers.published_musd.items()}


def _check_day(day: int) -> None:
    """Refuse days outside 2024 and days on which the market is closed."""
    if not FIRST_DAY <= day <= LAST_DAY:
        nearest = to_date(min(max(day, FIRST_DAY), LAST_DAY))
        raise UserError(f"starting state: {to_date(day)} is not in 2024, nearest {nearest}")
    if not is_business_day(day):
        near = to_date(previous_business_day(day)), to_date(next_business_day(day))
        raise UserError(f"starting state: {to_date(day)} is no business day, nearest {near[0]} or {near[1]}")


def _coupon_settlements() -> Int:
    """Return the days on which notes and bonds are issued."""
    frame = issues()
    return np.unique(frame.issue_day[frame.security_class.isin(["Note", "Bond"])].to_numpy(np.int64))
