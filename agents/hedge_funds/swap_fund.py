"""Swap-spread funds: they buy notes and bonds financed overnight and pay fixed in swaps of the same maturity.

Where swap rates lie below Treasury yields, the trade earns the difference as long as it is held: it is paid for the
balance sheet that it takes. A fund wants its accustomed share of each security times a line through nothing at its
hurdle and the usual position at the usual pay (``basis_rules.size``, ``swap_rules``): more where flows have made
Treasuries cheap against the path of the policy rate, less where dealers' full books make its repo dearer. It puts a
haircut of its securities and a margin of its swaps aside; when its equity no longer carries them, or it has lost more
than its stop allows, it sells at any price and says why. It makes no price.

Swaps are traded outside this market, as dealers' hedges are: their gains count in a fund's equity and are not booked,
and who receives fixed is not there. Left out: swap margins that move with volatility, terms of repo beyond a night,
owners' withdrawals. Sources: ``agents.hedge_funds.swap_rules``; sizes are guesses.
"""

from typing import Any

import numpy as np

from agents.buyers.investor import Pick
from agents.hedge_funds.basis_rules import brake, carried, size
from agents.hedge_funds.leveraged_fund import LeveragedFund
from agents.hedge_funds.swap_rules import NODES_YEARS, days_out, drawn_down, spread_at, swap_gain
from agents.traits import memory, trait
from market.exposure import along, exposure
from market.futures.reasons import Reason
from market.money.overnight import PRESSURE
from market.units import Float
from market.view import View

WIDER = "swap spread change"  # bp, a public figure: how far swap spreads lie above those of the start
ROOM = 0.95  # of what its equity carries, up to which it adds: a guess


class SwapFund(LeveragedFund):
    """A hedge fund, or a desk of one, that holds Treasuries against swaps."""

    together = True
    sector = "swap funds"

    speed = trait(0.2, "share of the gap a day", (0, 1), "a guess: funds of some days' patience")
    hurdle_bp = trait(5.0, "bp a year", (-50, 200), "a guess: costs of trading and of balance sheet")
    most_size = trait(2.0, "usual positions", (0, 10), "a guess")
    haircut = trait(0.02, "share of value", (0, 0.5), "cleared repo, 2 % (Hempel et al. 2023)")
    swap_margin_bp = trait(25.0, "bp of dv01", (0, 500), "a guess: five days of 6 bp at 2 standard deviations")
    reserve = trait(1.0, "of initial margin", (0, 10), "a guess: as much again against variation margin")
    most_leverage = trait(15.0, "securities over equity", (1, 200), "a guess: less than basis trades")
    stop = trait(0.2, "of its highest equity", (0.01, 1), "a guess: a drawdown at which such desks are closed")
    days_out = trait(20.0, "business days", (0, 1000), "a guess: a month until it begins again")
    repo_slope = trait(60.0, "bp by share of dealers' books", (0, 1000), "a guess, as dealers' terms for clients")

    spread_bp = memory(0.0, "bp: swap rate less Treasury yield at the start", len(NODES_YEARS))
    usual_bp = memory(0.0, "bp: what each security usually pays against its swap")
    pays_bp = memory(0.0, "bp: what it would pay today at the usual yield, after the cost of repo")
    scale = memory(1.0, "part of its wish that its equity carries, of each security the same")
    swap_bp = memory(np.nan, "bp: the swap rate of each security's maturity when last marked")
    marked = memory(0.0, "face held when last marked")
    gained = memory(0.0, "$m that its swaps have gained so far", 1)
    high = memory(0.0, "$m: its highest equity", 1)
    out = memory(0.0, "days that it still stays out", 1)

    # ---- what it is worth ------------------------------------------------------------------------
    def books_musd(self) -> tuple[Float, Float, Float]:
        """Return equity with the gains of its swaps, securities and the margin of its swaps (members, 1), in $m."""
        equity, held, _ = super().books_musd()
        margin = np.atleast_2d(self.swap_margin_bp) * self._dv01_musd()
        return equity + np.atleast_2d(self.gained), held, margin

    def _dv01_musd(self) -> Float:
        """Return the dv01 of what it holds, $m a bp (members, 1)."""
        face = np.maximum(np.atleast_2d(self.position), 0).astype(np.float64)
        return np.asarray(exposure(face, self._market.dv01 * 1e-6))

    def _mark(self, view: View) -> None:
        """Count what its swaps gained since yesterday, on what it held then."""
        today = self._market.outlook.on(view)
        spread = self._spread_now(view)
        rate = today.prior_bp + along(self.heard(), today.loadings) + spread
        change = np.where(np.isfinite(self.swap_bp), rate - self.swap_bp, 0.0)
        face = self.marked
        value = face * np.nan_to_num(view.price(view.composite_bp)) * 1e-6
        floating = view.funding_bp if np.isfinite(view.funding_bp) else view.rates.iorb
        gain = swap_gain(face * view.dv01 * 1e-6, change, value, floating, rate)
        self.gained = self.gained + exposure(gain, np.ones(len(view.dv01)))
        self.swap_bp, self.marked = np.broadcast_to(rate, np.shape(self.swap_bp)), np.maximum(self.position, 0)

    def _spread_now(self, view: View) -> Float:
        """Return today's swap spread of each security's maturity, bp (..., S)."""
        return spread_of(self.spread_bp, view) + view.extras.get(WIDER, 0.0)

    # ---- what it does ----------------------------------------------------------------------------
    def prepare(self, view: View) -> None:
        """Look at its books once a day."""
        self.daily("looked", lambda: self._look(view))
        super().prepare(view)

    def _look(self, view: View) -> None:
        """Mark; tell what trades pay; see what equity carries, and whether the stop is reached."""
        self.usual_bp = -spread_of(self.spread_bp, view)
        full = max(view.extras.get(PRESSURE, 0.0), 0.0)
        self.pays_bp = -self._spread_now(view) - self.repo_slope * full
        if view.day >= 0:
            self._mark(view)
            self._fit(view, full)
            self._sell_down()

    def _fit(self, view: View, full: float) -> None:
        """See what equity carries of what it holds and wishes, whether the stop is reached, and say why."""
        equity, held, posted = self.books_musd()
        out = self._staying_out(equity)
        haircut, reserve, leverage = (np.atleast_2d(t) for t in (self.haircut, self.reserve, self.most_leverage))
        limit = carried(equity, haircut, posted / np.maximum(held, 1e-9), reserve, leverage)
        kept = np.where(out, 0.0, brake(held, limit))
        lost = out | (held > leverage * np.maximum(equity, 0.0))
        price = np.nan_to_num(view.price(view.composite_bp)) * 1e-6
        wish = exposure(np.atleast_2d(self.benchmark) * view.anticipated, price)
        fits = np.where(out, 0.0, np.minimum(1.0, ROOM * limit / np.maximum(wish, 1e-9)))
        self.why = self._members(self._reason(kept, lost, full))
        self.kept = self._members(1.0 - np.atleast_2d(self.forced_speed) * (1.0 - kept))
        self.scale = self._members(np.broadcast_to(fits, np.atleast_2d(self.scale).shape))

    def _staying_out(self, equity: Float) -> Any:
        """Return who stays out (members, 1): from the day of the stop on; who comes back has a new high mark."""
        out, high = np.atleast_2d(self.out), np.maximum(np.atleast_2d(self.high), equity)
        stopped = (out == 0.0) & drawn_down(equity, high, np.atleast_2d(self.stop))
        left = days_out(out, stopped, np.atleast_2d(self.days_out))
        self.high = self._members(np.where((out > 0.0) & (left == 0.0), equity, high))
        self.out = self._members(left)
        return left > 0.0

    def _reason(self, kept: Float, lost: Any, full: float) -> Float:
        """Return why it holds less than it usually would (members, 1): ``Reason``."""
        alive = np.atleast_2d(self.usual_bp) > 0.0
        poor = np.where(alive, np.atleast_2d(self.pays_bp), -np.inf).max(axis=-1, keepdims=True)
        dear = poor <= np.atleast_2d(self.hurdle_bp)
        repo = poor + np.atleast_2d(self.repo_slope) * full > np.atleast_2d(self.hurdle_bp)
        free = np.where(dear, np.where(repo, Reason.REPO, Reason.CARRY), Reason.NONE)
        return np.where(kept < 1.0, np.where(lost, Reason.LOSSES, Reason.MARGIN), free).astype(np.float64)

    def demand(self, pick: Pick, anticipated: Any, level_bp: Float, residual_bp: Float) -> Float:
        """Return its accustomed holding times the size of the trade at what it pays now, as far as equity carries."""
        pays = pick(self.pays_bp) + level_bp + residual_bp
        times = size(pays, pick(self.usual_bp), pick(self.hurdle_bp), pick(self.most_size))
        return np.asarray(pick(self.benchmark) * anticipated * pick(self.scale) * times)


def spread_of(nodes_bp: Float, view: View) -> Float:
    """Return the swap spread of each security's maturity (..., S) from spreads at the nodes (..., N)."""
    several = np.atleast_2d(nodes_bp)
    out = np.stack([spread_at(view.years, row) for row in several])
    return np.asarray(out[0] if np.ndim(nodes_bp) == 1 else out)
