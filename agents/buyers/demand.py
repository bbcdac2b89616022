"""How much end investors want to hold: equations on scalars that broadcast over institutions and securities."""

from market.kernels import rule
from market.units import FACE_PER_MUSD

BILL_SPEED = 0.5  # share of a gap in bills and FRN closed in a day: maturing cash is put to work at once: a guess
NEW_ISSUE_SPEED = 0.1  # in on-the-run issues: holders catch up with their index or habitat after an auction: a guess
MOST_LEEWAY_BP = 50.0  # that any order gives way: a guess
LOT_SHARE = 0.02  # of a usual holding that is worth the trouble: a guess, as are its bounds
SMALLEST_LOT, LARGEST_LOT = 2.0 * FACE_PER_MUSD, 200.0 * FACE_PER_MUSD


@rule
def tilt(level_bp: float, residual_bp: float, elasticity: float, own_elasticity: float, most: float) -> float:
    """Return the relative change of a wanted holding for a yield above its usual pattern.

    ``level_bp`` is the deviation shared by the maturity node, ``residual_bp`` the security's own. Vayanos and Vila
    (2021).
    """
    wanted = elasticity * level_bp + own_elasticity * residual_bp
    return min(max(wanted, -most), most)


@rule
def wanted_face(
    share: float,
    anticipated: float,
    level_bp: float,
    residual_bp: float,
    elasticity: float,
    own_elasticity: float,
    most: float,
) -> float:
    """Return the face wanted of an anticipated supply: an accustomed share of it, tilted by yields."""
    return float(share * anticipated * (1.0 + _tilt(level_bp, residual_bp, elasticity, own_elasticity, most)))


_tilt = tilt.scalar


@rule
def buying_chance(gap: float, usual: float, daily_turnover: float, pull: float, lean: float) -> float:
    """Return the chance that a liquidity trade is a purchase: one half, more when it holds less than it wants, and what
    its clients' flows ``lean`` to.

    A gap is closed by twice ``pull`` of it a day, and in what turns over faster than that, the faster: who lacks all of
    a ``usual`` holding only buys, and who has as much too much only sells. Else a flow in an issue that turns over more
    than once a day would end where nothing is left to sell, and nothing would end it on the other side.
    """
    if daily_turnover <= 0.0:
        return 0.5
    steep = max(pull / daily_turnover, 0.5 / max(usual, 1.0))
    return 0.5 + min(max(steep * gap + lean, -0.5), 0.5)


@rule
def speed_in(speed: float, cash_like: bool, on_the_run: bool) -> float:
    """Return the share of a gap that is closed in a day: an institution's own, faster where it must be."""
    return max(speed, BILL_SPEED if cash_like else NEW_ISSUE_SPEED if on_the_run else 0.0)


@rule
def share_of_gap(gap: float, speed: float, lot: float, chance: float) -> float:
    """Return the face to trade today of a gap: ``speed`` of it on average, in lots, by a draw ``chance`` in (0, 1)."""
    wanted = speed * gap
    size = abs(wanted)
    if size < lot:
        size = lot if chance * lot < size else 0.0
    size = min(size, abs(gap))
    return size if wanted > 0.0 else -size


@rule
def leeway_of(gap: float, usual: float, own_elasticity: float, tolerance_bp: float) -> float:
    """Return how far from the composite an order may trade, in bp: to the yield at which it would want what it has.

    That is gap / (own elasticity x usual holding), bounded, and not less than what any trade may cost. Without it, dear
    intermediation would keep apart buyers and sellers whom a large difference of yields should bring together.
    """
    reservation = abs(gap) / max(own_elasticity * usual, 1e-9) if own_elasticity > 0.0 else 0.0
    return max(tolerance_bp, min(reservation, MOST_LEEWAY_BP))


@rule
def lot_of(usual: float) -> float:
    """Return the face that is worth the trouble: a fiftieth of a usual holding, from $2m to $200m."""
    return min(max(LOT_SHARE * usual, SMALLEST_LOT), LARGEST_LOT)
