"""How much end investors want to hold: equations on scalars that broadcast over institutions and securities."""

from market.kernels import rule


@rule
def tilt(level_bp, residual_bp, elasticity, own_elasticity, most):
    """Return the relative change of a wanted holding for a yield above its usual pattern.

    ``level_bp`` is the deviation shared by the maturity node, ``residual_bp`` the security's own. Vayanos and Vila (2021).
    """
    wanted = elasticity * level_bp + own_elasticity * residual_bp
    return min(max(wanted, -most), most)


@rule
def buying_chance(gap, daily_turnover, pull):
    """Return the chance that a liquidity trade is a purchase: one half, more when the holding is below what is wanted."""
    if daily_turnover <= 0.0:
        return 0.5
    return 0.5 + min(max(pull * gap / daily_turnover, -0.5), 0.5)


@rule
def share_of_gap(gap, speed, lot, chance):
    """Return the face to trade today of a gap: ``speed`` of it in expectation, in lots, by one draw ``chance`` in (0, 1)."""
    wanted = speed * gap
    size = abs(wanted)
    if size < lot:
        size = lot if chance * lot < size else 0.0
    size = min(size, abs(gap))
    return size if wanted > 0.0 else -size
