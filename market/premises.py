"""What a market is built on: everything that is given before anybody joins, as one frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from market.accounts.clearing import ClearingRules
from market.accounts.settlement import FedLending
from market.auctions.announced_supply import AnnouncedSupply
from market.auctions.known_buybacks import KnownBuyback, KnownFacility
from market.bonds.price_index import PriceIndex
from market.bonds.securities import Securities
from market.news import DatedNews
from market.requests.request_rules import RequestRules
from market.units import CENTS_PER_MUSD, Float, Int


@dataclass(frozen=True, eq=False)
class Premises:
    """The securities, the calendar, the prices of the first day and the process of the news.

    ``outstanding`` and ``soma`` are the faces at the close of the first day (S,), ``price_e8`` its clean prices (0 for
    issues to come); ``dates`` the business days that follow; ``burn_in`` days are lived on the first day before that:
    nothing matures and no news arrives.
    """

    securities: Securities
    outstanding: Int
    soma: Int
    price_e8: Int
    start_date: int
    dates: Int
    covariance_bp: Float
    index: PriceIndex
    burn_in: int = 60
    rounds: int = 20
    dealers_asked: int = 4
    requests: RequestRules = field(default_factory=RequestRules)
    clearing: ClearingRules = field(default_factory=ClearingRules)
    fed_lending: FedLending = field(default_factory=FedLending)
    all_to_all: tuple[str, ...] = ()  # classes of market.all_to_all in whose books clients may rest orders
    news_scale: float = 1.0
    private_share: float = 0.2
    degrees_of_freedom: int = 5
    dated_news: DatedNews = field(default_factory=DatedNews)
    n_levels: int = 8192
    quoters: int = 64
    accounts: int = 512  # rows that the ledger begins with; it grows by itself where more open
    one_by_one: bool = False
    noise_curve: str = "svensson"
    reverse_repo_limit: int = 160_000 * CENTS_PER_MUSD  # cents by counterparty and evening
    when_issued: bool = True  # new securities trade from their announcement
    anchored: bool = True  # beliefs start at published prices, whatever prices the burn-in led to
    unforeseen: Mapping[tuple[int, int], int] = field(default_factory=dict)  # by security and auction day: face of it
    # that the calendar of the start did not hold, and that no holder is accustomed to
    announced: tuple[AnnouncedSupply, ...] = ()  # changes of private supply that become public in the run
    foresight: float = 1.0  # part of them that holders price when they are announced
    known_buybacks: tuple[KnownBuyback, ...] = ()  # the public calendar of buybacks
    known_facility: KnownFacility | None = None  # the public terms of a standing bid
    fed_buys_back: bool = False  # the Fed's desk holds the buybacks that the Treasury announces
