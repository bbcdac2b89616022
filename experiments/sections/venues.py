"""The keys of a scenario for policies of the venues: books that are open to clients, and who clears."""

from typing import Literal

from experiments.sections.section import Section, declared
from market.accounts.clearing import ClearingRules

BookClass = Literal["on-the-run", "off-the-run", "bills", "tips", "frn"]
Members = Literal["dealers", "dealers-and-funds", "all"]

DEALERS = ("dealers",)
FUNDS = ("principal traders", "hedge funds", "basis funds", "swap funds", "bond funds", "money funds")
OTHERS = (
    *("banks", "foreign official", "foreign private", "households", "insurers", "pensions"),
    "state and local governments",
)
SECTORS: dict[str, tuple[str, ...]] = {
    "dealers": DEALERS,
    "dealers-and-funds": (*DEALERS, *FUNDS),
    "all": (*DEALERS, *FUNDS, *OTHERS),
}

all_to_all = declared(
    (),
    "classes",
    "Chaboud and others (2022), All-to-All Trading in the U.S. Treasury Market, New York Fed Staff Report 1036",
    "classes of securities in whose books clients rest orders without a name and meet each other; none: as it is",
)


class Clearing(Section):
    """What has to be delivered of the trades of a day, and who nets with everybody."""

    netting: Literal["none", "bilateral", "multilateral"] = declared(
        "none",
        "rule",
        "Fleming and Keane (2021), New York Fed Staff Report 964; Duffie (2020), Brookings",
        "each trade by itself, each pair's difference, or each member's difference with all members",
    )
    members: Members = declared(
        "dealers", "class", "a modelling choice", "who clears where netting is multilateral; others net by pair"
    )


def clearing_rules(section: Clearing) -> ClearingRules:
    """Return the rules of the market that a scenario describes."""
    return ClearingRules(section.netting, SECTORS[section.members])
