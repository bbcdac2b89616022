"""What can be owned: the columns of the ledger. Money comes first, then one column per security.

Every instrument is somebody's asset and somebody's debt. The issuer of each money is named here; securities are issued
by the Treasury. Amounts are cents for money and hundreds of dollars of face for securities.
"""

from enum import IntEnum


class Money(IntEnum):
    """Columns of money, in cents."""

    RESERVES = 0  # owed by the Fed to banks
    DEPOSITS = 1  # owed by banks to everybody else
    TREASURY_CASH = 2  # the Treasury's account at the Fed (TGA)
    REVERSE_REPO = 3  # overnight reverse repo of the Fed with domestic counterparties (ON RRP)
    FOREIGN_REPO = 4  # the Fed's reverse repo pool for foreign officials
    TRIPARTY_REPO = 5  # cash lent by the holder to the issuer, a dealer, through a tri-party agent
    STANDING_REPO = 6  # cash lent by the Fed through the standing repo facility
    CURRENCY = 7  # notes, owed by the Fed to the public
    FED_OTHER_LIABILITIES = 8  # other deposits, other liabilities and capital of the Fed, owed to the public
    FED_OTHER_ASSETS = 9  # mortgage securities, loans, premiums and the rest, owed by the public to the Fed
    FUND_SHARES = 10  # shares of money and bond funds, and of dealers that entered, owed to the public
    LOANS = 11  # loans of banks, owed by the public
    MARGIN = 12  # initial margin of futures, owed by their clearing house
    CLEARED_REPO = 13  # cash lent by the holder to the issuer in the cleared segment, sponsored clients included
    BILATERAL_REPO = 14  # cash lent by a dealer to its client, uncleared
    FEDERAL_FUNDS = 15  # reserves lent by a bank to another, unsecured
    DISCOUNT_CREDIT = 16  # reserves lent by the Fed to a bank at the discount window
    FIMA_REPO = 17  # cash lent by the Fed to foreign officials against their Treasuries
    OVERDRAFTS = 18  # cash lent by a bank to its depositor, unsecured


LENT_BY_THE_FED = (Money.STANDING_REPO, Money.DISCOUNT_CREDIT, Money.FIMA_REPO)
REPO = frozenset({Money.TRIPARTY_REPO, Money.CLEARED_REPO, Money.BILATERAL_REPO, Money.STANDING_REPO})
BORROWED_OVERNIGHT = REPO | {Money.FEDERAL_FUNDS, Money.DISCOUNT_CREDIT, Money.FIMA_REPO, Money.OVERDRAFTS}
N_MONEY = len(Money)  # columns of money; column N_MONEY + i is security i
FED, TREASURY, PUBLIC = 0, 1, 2  # rows of the ledger that always exist, in this order
FED_NAME, TREASURY_NAME, PUBLIC_NAME = "Federal Reserve", "Treasury", "Public"
