"""The section of a scenario for requests for quote and for relationships between clients and dealers."""

from experiments.sections.section import Section, declared
from market.requests.request_rules import RequestRules


class Requests(Section):
    """Whom clients ask, what losers learn, what the refused do, and what clients remember."""

    size_slope: float = declared(
        0.0, "dealers per tenfold size", "Riggs, Onur, Reiffen and Zhu (2020) find fewer for larger; size a guess",
        "dealers asked less for each tenfold of $10m, more for smaller trades", ge=0, le=10,
    )  # fmt: skip
    urgent_more: int = declared(0, "dealers", "a guess", "dealers asked more without a limit", ge=0, le=100)
    least_asked: int = declared(1, "dealers", "a modelling choice", "dealers asked at least", ge=1, le=100)
    ask_all: bool = declared(False, "flag", "off: a counterfactual", "whether every request goes to all dealers")
    leakage: float = declared(
        0.0, "share of face", "Duffie, Dworczak and Zhu (2017), Hendershott and Madhavan (2015); size a guess",
        "what a dealer that lost shades later answers of the day by, as if it had won this share", ge=0, le=1,
    )  # fmt: skip
    retries: int = declared(
        0,
        "times",
        "off: a modelling choice",
        "times that a refused client asks again in the round: all if urgent, else for half",
        ge=0,
        le=5,
    )
    loyalty: float = declared(
        0.3, "share of weight", "a guess; form of Weisbuch, Kirman and Herreiner (2000)",
        "most that recent trades count in whom a client asks; 0 keeps first acquaintances", ge=0, le=0.95,
    )  # fmt: skip
    half_life_days: float = declared(
        20.0, "days", "a guess", "half-life of a relationship without trades", gt=0, le=1000
    )
    acquaintance: float = declared(
        5.0, "trades", "a guess", "recent trades at which a client's loyalty is half of its most", gt=0, le=10_000
    )
    after_book: bool = declared(
        True, "flag", "Hendershott and Madhavan (2015): customers choose the venue trade by trade",
        "whether what a book cannot fill of a client's order asks dealers in the next round; else it is dropped",
    )  # fmt: skip


def request_rules(section: Requests) -> RequestRules:
    """Return the rules of the market that a scenario describes."""
    return RequestRules(**section.model_dump())
