"""Money funds keep their owners' cash in bills, private lending and the Fed's reverse repo facility.

They lend what dealers and others need overnight if it pays a little more than the facility, and place the rest there:
reverse repo is what is left. Three habits decide how that splits into reverse repo and banks' reserves. Each is one
coefficient of one regression on the months before the start, January 2022 to April 2024 (28 months; OFR U.S. Money
Market Fund Monitor): the change of reverse repo with the Fed, in bn, on the change of Treasuries, that of total assets
less its mean, whether a quarter ends (+1) or has ended (-1), and total assets of the month before; standard errors:

    change = -0.82 (0.17) Treasuries + 0.10 (0.24) assets + 147 (26) quarter-end - 0.0040 (0.0038) assets before

- Owners bring only part of what purchases of securities take; the rest leaves the facility (``from_facility``).
- While private overnight lending pays more than the facility, 0.4 % of assets a month leave it for lending outside
  this market: repo in agency securities, deposits abroad, certificates (``substitution``; one standard error from
  zero; a trend of inflows that go the same way is left out). Such lending is kept as deposits at banks.
- Who borrows from them outside this market returns part of it over the night of a reporting date, and the facility
  takes it (``quarter_end``, ``month_end``): borrowers of foreign banks show smaller balance sheets on those days
  (Munyan 2017, OFR Working Paper 15-22: tri-party repo falls by a tenth at quarter-ends). The other month-ends: daily
  reverse repo of money funds (New York Fed), January 2023 to April 2024, lies 29 bn above the days around them. Part of
  a quarter-end's comes a day early (``eve_share``): at the nine of March 2022 to March 2024 all reverse repo lay 188 bn
  (standard error 27) above the days around it, 70 bn (11) the day before and -17 bn (9) the day after.

They also take more than their accustomed share of what bills grow by: 0.62 (0.09) of the monthly change of bills
outstanding (MSPD), the same months, while their Treasuries are 0.44 of the bills that the Fed does not hold
(``bill_response``); all others hold as much less (``agents.bill_growth``).

What they ask in tri-party repo, in bp over the facility's rate: daily tri-party rates less that rate (OFR, New York
Fed), June 2023 to September 2024, on the logarithm of total assets over reverse repo, give -2.95 + 1.39 log: 0.8 bp at
the start.
"""

from typing import Any

import numpy as np

from agents.buyers.investor import Investor
from agents.traits import memory, trait
from market.calendar import QUARTER_END, next_business_day, reporting_date
from market.money.overnight import PRESSURE
from market.units import CENTS_PER_FACE, Float, Int
from market.view import View

MONTHS_PER_DAY = 1 / 21  # of business days
SETTLING_DAYS = 10.0  # of the burn-in: a convention
LEAST_IDLE = 0.005  # share of assets: below it, less in the facility makes no difference
CLEARED_RATES = "cleared less tri-party: 1 bp to May, 4 bp June to Sept 2024 (OFR)"
SLOPE_SOURCE = "a guess: month-ends +2 bp, quarter-ends +8 bp in cleared repo to Sept 2024 (OFR)"
ESTIMATED = "estimated on OFR's monthly holdings, above"


class MoneyFund(Investor):
    """A government or prime money market fund."""

    together = True
    sector = "money funds"

    speed = trait(0.1, "share of the gap a day", (0, 1), "a guess")
    elasticity = trait(0.01, "share of holdings per bp of level", (0, 1), "bills against reverse repo: a guess")
    activity = trait(1.0, "turnover relative to others of its size", (0, 100), "a guess")
    participation = trait(1.0, "share of its part of an issue bid at auction", (0, 2), "a guess")
    repo_premium = trait(0.8, "bp over the reverse repo rate", (0, 100), "fitted to tri-party rates, above")
    scarcity = trait(1.4, "bp per log unit of its share of assets in the facility", (0, 100), "the same fit")
    usual_share = trait(
        0.067, "share of assets in the facility", (0.001, 1), "at the start: 439 of 6,529 bn (NYF, OFR)"
    )
    premium_spread = trait(0.5, "bp", (0, 100), "a guess: percentiles 1 and 25 of SOFR lie 3 bp apart")
    cleared_part = trait(
        0.35, "share of its cash offered cleared", (0, 1), "with FICC: 0.26-0.35 of private repo (OFR)"
    )
    cleared_premium = trait(2.0, "bp over its tri-party rate", (0, 100), CLEARED_RATES)
    cleared_spread = trait(2.5, "bp", (0, 100), "a guess: percentiles 75 and 99 of SOFR")
    pressure_slope = trait(60.0, "bp cleared by share of dealers' books", (0, 1000), SLOPE_SOURCE)
    pass_through = trait(0.4, "of it in tri-party", (0, 1), "tri-party against cleared at quarter-ends, to Sept 2024")
    from_facility = trait(0.82, "share of purchases paid out of reverse repo", (0, 1), ESTIMATED)
    substitution = trait(0.40, "% of assets a month", (0, 100), ESTIMATED)
    quarter_end = trait(0.049, "share of lending outside this market returned", (0, 1), "147 of 2,971 bn, above")
    eve_share = trait(0.4, "of it, returned the evening before", (0, 1), "70 of 188 bn, above")
    month_end = trait(0.010, "the same at other month-ends", (0, 1), "29 of 2,971 bn, above")
    bill_response = trait(0.42, "excess of its share of new bills, relative", (-1, 10), "0.62 / 0.44 - 1, above")

    cash_before = memory(0.0, "cents of cash last evening, what owners brought included", 1)
    assets = memory(np.nan, "cash and face of securities tonight, cents", 1)
    idle = memory(np.nan, "share of its assets in the facility last night", 1)
    at_start = memory(np.nan, "cents in the facility on the first evening of the burn-in", 1)
    elsewhere = memory(0.0, "cents lent outside this market since the start, net", 1)

    def subscriptions(self, cash_cents: Int, view: View) -> Int:
        """Owners bring their share of what purchases took, and take their share of what maturities released.

        Measured against the cash of the evening before: lending, reverse repo and repo together.
        """
        before = np.atleast_2d(self.cash_before)[:, 0]
        started = before > 0
        change = np.where(started, cash_cents - before, 0.0)
        flow = np.rint(-(1.0 - self._own("from_facility")) * change).astype(np.int64)
        self._keep("cash_before", cash_cents + flow)
        self._substitute(cash_cents + flow, view)
        return flow

    def _substitute(self, cash_cents: Int, view: View) -> None:
        """Move a day's part of assets from the facility to lending outside this market, while that pays more."""
        if view.day < 0:
            return
        held = np.atleast_2d(self.position).sum(axis=1)  # integers: no order matters
        self._keep("assets", cash_cents + held * CENTS_PER_FACE)
        if view.funding_bp <= view.rates.on_rrp:
            return
        wanted = np.rint(self._own("assets") * self._own("substitution") / 100 * MONTHS_PER_DAY)
        room = np.maximum(cash_cents - self._lent_outside(), 0)
        self._keep("elsewhere", self._own("elsewhere") + np.minimum(wanted, room))

    def lend(self, cash_cents: Int, view: View) -> tuple[Int, Float]:
        """Offer what it has in this market to dealers, at its own premium over the facility.

        It asks more the less of its assets the facility held last night, its next best use, and the fuller dealers'
        balance sheets are, whose cleared rates it sees.
        """
        own = self._own("premium_spread") * np.atleast_2d(self.normal("repo premium", 1, daily=True))[:, 0]
        full = self._own("pass_through") * self._own("pressure_slope") * _pressure(view)
        premium = self._own("repo_premium") + self._own("scarcity") * self._scarce() + own
        return self._spare(cash_cents, view), view.rates.on_rrp + np.maximum(premium, 0.0) + full

    def lend_cleared(self, cash_cents: Int, view: View) -> tuple[Int, Float]:
        """Offer part of it in the cleared segment, at what a sponsor's balance sheet makes of it."""
        cents, rate = self.lend(cash_cents, view)
        own = np.atleast_2d(self.normal("cleared premium", 1, daily=True))[:, 0]
        more = np.maximum(self._own("cleared_premium") + self._own("cleared_spread") * own, 0.0)
        full = (1.0 - self._own("pass_through")) * self._own("pressure_slope") * _pressure(view)
        return np.floor(self._own("cleared_part") * cents).astype(np.int64), rate + more + full

    def _scarce(self) -> Float:
        """Return how much smaller than usual its share of assets in the facility was last night, in log units."""
        idle = np.maximum(self._own("idle"), LEAST_IDLE)
        return np.asarray(np.where(np.isfinite(idle), np.log(self._own("usual_share") / idle), 0.0))

    def place(self, cash_cents: Int, view: View) -> Int:
        """Place the rest in the reverse repo facility, and remember how much of its assets that is."""
        rest = self._spare(cash_cents, view)
        if view.day < 0:
            self._settle_in(rest)
        self._keep("idle", rest / self._own("assets"))
        return rest

    def _settle_in(self, rest: Int) -> None:
        """Lend outside this market, over days, what the burn-in changes in repo: the facility has what it had."""
        known = self._own("at_start")
        first = np.where(np.isfinite(known), known, rest)
        self._keep("at_start", first)
        self._keep("elsewhere", self._own("elsewhere") + np.rint((rest - first) / SETTLING_DAYS))

    def claim(self, view: View) -> Float:
        """Return what its shares of supply are multiplied by: of bills, what it takes of their growth beyond them."""
        bills = self._market.outlook.bills
        return np.asarray(bills.claim(self._market.outlook.on(view).bill_growth, self.bill_response))

    def _spare(self, cash_cents: Int, view: View) -> Int:
        """Return what it has in this market tonight: cash less what is lent outside, which reporting dates lower."""
        outside, back = self._lent_outside().astype(np.float64), self._returned(view)
        return np.asarray(np.maximum(cash_cents - np.rint(outside * (1.0 - back)).astype(np.int64), 0))

    def _returned(self, view: View) -> Any:
        """Return the share of what it lends outside this market that comes back tonight (members,)."""
        if view.day < 0:
            return 0.0
        when = reporting_date(view.date)
        if when:
            return self._own("quarter_end" if when == QUARTER_END else "month_end")
        tomorrow = reporting_date(int(next_business_day(view.date)))
        return self._own("eve_share") * self._own("quarter_end") if tomorrow == QUARTER_END else 0.0

    def _lent_outside(self) -> Int:
        """Return what it lends outside this market on ordinary days: its cash at the start, and what went since."""
        return np.asarray(self.buffer_cents + self._own("elsewhere").astype(np.int64))

    def _own(self, name: str) -> Float:
        """Return a trait or a memory of one number, (members,)."""
        return np.asarray(getattr(self, name), np.float64).reshape(-1)

    def _keep(self, name: str, values: Int | Float) -> None:
        """Remember a number of each member."""
        column = np.asarray(values, np.float64)[:, None]
        setattr(self, name, column[0] if self.alone else column)


def _pressure(view: View) -> float:
    """Return how much fuller than usual dealers' balance sheets are, as a share; not below 0."""
    return max(view.extras.get(PRESSURE, 0.0), 0.0)
