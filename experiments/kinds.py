"""The kinds of institutions by the names that scenarios and starting states give them."""

from agents.buyers.bank import Bank
from agents.buyers.bond_fund import BondFund
from agents.buyers.foreign_official import ForeignOfficial
from agents.buyers.foreign_private import ForeignPrivate
from agents.buyers.household import Household
from agents.buyers.insurer import Insurer
from agents.buyers.money_fund import MoneyFund
from agents.buyers.pension import Pension
from agents.buyers.state_local import StateLocal
from agents.dealers.primary_dealer import PrimaryDealer
from agents.dealers.principal_trader import PrincipalTrader
from agents.hedge_funds.hedge_fund import HedgeFund
from agents.institution import Institution
from agents.traits import Trait, traits_of

KINDS: dict[str, type[Institution]] = {
    "bank": Bank,
    "primary_dealer": PrimaryDealer,
    "principal_trader": PrincipalTrader,
    "money_fund": MoneyFund,
    "bond_fund": BondFund,
    "insurer": Insurer,
    "pension": Pension,
    "state_local": StateLocal,
    "household": Household,
    "hedge_fund": HedgeFund,
    "foreign_official": ForeignOfficial,
    "foreign_private": ForeignPrivate,
}


def traits_by_kind() -> dict[str, dict[str, Trait]]:
    """Return the declared traits of each kind, without what its members remember."""
    return {name: {key: t for key, t in traits_of(kind).items() if type(t) is Trait} for name, kind in KINDS.items()}
