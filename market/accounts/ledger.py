"""The ledger: who owns, owes and has lent what; the only place where money or securities move.

Three books of one shape, accounts x instruments, int64: ``balance`` (settled), ``due`` (traded, not settled), ``lent``
(positive: mine, but with others; negative: theirs, but with me). Columns are the moneys of
``market.accounts.instruments`` in cents, then one per security in hundreds of dollars of face. Holders are positive,
issuers negative.

Laws: each column of each book sums to zero after every posting; ``balance`` is negative only for whoever issues the
instrument (``check_owners``), so that a short is a borrowed security. Nothing here decides or prices: an account may
run below zero inside a day, and the acts of the day see to it that it does not at their end.

Money is a claim: the Fed's reserves, the Treasury's cash at the Fed, deposits at a bank. ``pay`` walks from the payer
through its bank, the Fed and the payee's bank, so that a payment by the Fed creates reserves, one by the Treasury turns
its cash into reserves, and one between customers of a bank moves no reserves. Bound: sums stay below 2**63 cents.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from market.accounts.instruments import FED, FED_NAME, N_MONEY, PUBLIC, PUBLIC_NAME, TREASURY, TREASURY_NAME, Money
from market.accounts.ledger_kernels import (
    add_books,
    owe_trades,
    pick_positions,
    post,
    post_loan,
    post_payment,
    sound,
    within,
)
from market.units import Int, read_only

FED_OWES = frozenset(
    {
        Money.RESERVES,
        Money.TREASURY_CASH,
        Money.REVERSE_REPO,
        Money.FOREIGN_REPO,
        Money.CURRENCY,
        Money.FED_OTHER_LIABILITIES,
    }
)
PUBLIC_OWES = frozenset({Money.FED_OTHER_ASSETS, Money.LOANS})
MEANS_OF_PAYMENT = (Money.RESERVES, Money.DEPOSITS, Money.TREASURY_CASH)
MOST_MEMOS = int(np.iinfo(np.int16).max)
NO_BANK = -1  # a depositor opened before the first bank
_ROW_ARRAYS = ("_balance", "_due", "_lent", "_touched", "_may_owe", "_money_of", "_bank_of")


class UnbalancedError(ValueError):
    """An instrument no longer sums to zero."""


class NegativeBalanceError(ValueError):
    """An account owns less than nothing of an instrument that it does not issue."""


class Ledger:
    """Accounts by row, instruments by column. The Fed, the Treasury and the public have the first three rows."""

    def __init__(self, n_securities: int, capacity: int = 512) -> None:
        if n_securities < 0 or capacity < 3:
            raise ValueError(f"Ledger({n_securities=}, {capacity=}): expected 0 securities or more, 3 rows or more")
        shape = (capacity, N_MONEY + n_securities)
        self._balance, self._due, self._lent = (np.zeros(shape, np.int64) for _ in range(3))
        self._touched = np.zeros(shape, np.int16)
        self._may_owe = np.zeros(shape, np.bool_)
        self._money_of = np.zeros(capacity, np.int64)
        self._bank_of = np.full(capacity, NO_BANK)
        self._rows: dict[str, int] = {}
        self._memos: dict[str, int] = {}
        self._journal: dict[str, tuple[int, int]] = {}
        self.open(FED_NAME, Money.RESERVES, owes=FED_OWES)
        self.open(TREASURY_NAME, Money.TREASURY_CASH)
        self.open(PUBLIC_NAME, Money.DEPOSITS, owes=PUBLIC_OWES)
        self._may_owe[TREASURY, N_MONEY:] = True

    # ---- accounts --------------------------------------------------------------------------------
    def open(
        self,
        name: str,
        money: Money = Money.DEPOSITS,
        bank: int | None = None,
        owes: Iterable[Money] = frozenset(),
    ) -> int:
        """Open an account and return its row.

        ``money`` is what it pays with (who pays with reserves is a bank and owes deposits), ``bank`` the row that holds
        its deposits (by default the first bank, even if that opens later), ``owes`` the moneys that it may issue.
        """
        if name in self._rows:
            raise ValueError(f"open: account {name!r} is already open, at row {self._rows[name]}")
        if money not in MEANS_OF_PAYMENT:
            raise ValueError(f"open: {name!r} cannot pay with {money!r}, expected one of {_listed(MEANS_OF_PAYMENT)}")
        if bank is not None:
            self._require_bank(name, money, bank)
        row = len(self._rows)
        if row == len(self._balance):
            self._grow()
        self._rows[name], self._money_of[row] = row, money
        self._may_owe[row, list(owes)] = True
        if money == Money.DEPOSITS:
            self._bank_of[row] = self._bank_of[PUBLIC] if bank is None else bank
            self._may_owe[row, Money.OVERDRAFTS] = True
        elif money == Money.RESERVES and row != FED:
            self._may_owe[row, Money.DEPOSITS] = True
            self._adopt(row)
        return row

    def row_of(self, name: str) -> int:
        """Return the row of an open account."""
        if name not in self._rows:
            near = get_close_matches(name, self._rows, 1, 0)
            raise ValueError(f"row_of: no account {name!r}; the nearest is {near[0]!r}")
        return self._rows[name]

    @property
    def names(self) -> tuple[str, ...]:
        """Names by row."""
        return tuple(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def n_securities(self) -> int:
        """Number of securities."""
        return self._balance.shape[1] - N_MONEY

    # ---- reading: views refuse writes; take them anew after opening accounts ---------------------------
    @property
    def balance(self) -> Int:
        """What is owned, settled; (accounts, N_MONEY + securities)."""
        return read_only(self._balance[: len(self)])

    @property
    def due(self) -> Int:
        """What is traded and not settled; cash stands in the column of deposits, whatever it will be paid with."""
        return read_only(self._due[: len(self)])

    @property
    def lent(self) -> Int:
        """What is lent to others (positive) or borrowed from them (negative)."""
        return read_only(self._lent[: len(self)])

    @property
    def money_of(self) -> Int:
        """The column that each account pays with."""
        return read_only(self._money_of[: len(self)])

    @property
    def bank_of(self) -> Int:
        """The row of each account's bank; NO_BANK for those who pay with central-bank money."""
        return read_only(self._bank_of[: len(self)])

    def position(self, rows: Any) -> Int:
        """Return the face owned on trade date: balance + due + lent; shape of ``rows`` + (securities,), a copy."""
        picked = np.arange(len(self))[rows]
        out = np.empty((picked.size, self.n_securities), np.int64)
        add_books(self._balance, self._due, self._lent, np.atleast_1d(picked).ravel(), N_MONEY, out)
        return out.reshape(*np.shape(picked), self.n_securities)

    def position_in(self, rows: Int, securities: Int) -> Int:
        """Return the face owned on trade date by accounts of securities, in pairs (J,)."""
        out = np.empty(len(rows), np.int64)
        pick_positions(self._balance, self._due, self._lent, rows, N_MONEY, securities, out)
        return out

    def position_all(self) -> Int:
        """Return the face owned on trade date by every account; (accounts, securities)."""
        return self.position(slice(None))

    def cash(self, rows: Any) -> Int:
        """Return the cents of what each account pays with, settled; a copy."""
        picked = np.arange(len(self))[rows]
        return np.asarray(self._balance[picked, self._money_of[picked]])

    def money(self, rows: Any) -> Int:
        """Return the cents that accounts own of each money, less what they owe, settled; (rows, N_MONEY), a copy."""
        return np.array(self._balance[np.arange(len(self))[rows], :N_MONEY])

    def cash_due(self, rows: Any) -> Int:
        """Return the cents that each account is still to receive (positive) or to pay for its trades; a copy."""
        return np.asarray(self._due[np.arange(len(self))[rows], Money.DEPOSITS])

    # ---- writing: arrays broadcast against each other ---------------------------------------------------
    def transfer(self, memo: str, instrument: ArrayLike, giver: ArrayLike, taker: ArrayLike, amount: ArrayLike) -> None:
        """Move ``amount`` (0 or more) of ``instrument`` from ``giver`` to ``taker``."""
        columns = self._posting(memo, instrument, giver, taker, amount)
        post(self._balance, self._touched, self._note(memo, columns[-1]), *columns)

    def owe(self, memo: str, instrument: ArrayLike, giver: ArrayLike, taker: ArrayLike, amount: ArrayLike) -> None:
        """Promise a transfer; a negative amount discharges a promise."""
        columns = self._posting(memo, instrument, giver, taker, amount, signed=True)
        post(self._due, self._touched, self._note(memo, columns[-1]), *columns)

    def owe_trades(self, trades: NDArray[Any]) -> bool:
        """Promise face against cash for each of TRADES in one pass; return False, and do nothing, if one is wrong."""
        if not sound(trades, len(self), self.n_securities):
            return False
        numbers = self._number("traded"), self._number("to pay")
        sums = np.zeros(2, np.int64)
        owe_trades(self._due, self._touched, *numbers, trades, sums)
        for memo, total in zip(("traded", "to pay"), sums.tolist(), strict=True):
            self._count(memo, len(trades), total)
        return True

    def lend(self, memo: str, instrument: ArrayLike, giver: ArrayLike, taker: ArrayLike, amount: ArrayLike) -> None:
        """Transfer, and keep the claim to have it back; lending it back the other way round ends the loan."""
        columns = self._posting(memo, instrument, giver, taker, amount)
        post_loan(self._balance, self._lent, self._touched, self._note(memo, columns[-1]), *columns)

    def pay(self, memo: str, payer: ArrayLike, payee: ArrayLike, cents: ArrayLike) -> None:
        """Pay ``cents`` (0 or more) in what each side pays with, through the banks and the Fed."""
        columns = self._posting(memo, 0, payer, payee, cents)[1:]
        for side in columns[:2]:
            homeless = side[(self._money_of[side] == Money.DEPOSITS) & (self._bank_of[side] == NO_BANK)]
            if len(homeless):
                raise ValueError(f"pay {memo!r}: {self.names[homeless[0]]!r} has no bank; open a bank first")
        memo_number = self._note(memo, columns[-1])
        post_payment(self._balance, self._touched, memo_number, self._money_of, self._bank_of, *columns)

    # ---- journal and checks -----------------------------------------------------------------------------
    @property
    def journal(self) -> Mapping[str, tuple[int, int]]:
        """The day's postings by memo: their number and the sum of their amounts."""
        return dict(self._journal)

    def start_day(self) -> None:
        """Begin a new journal."""
        self._journal.clear()

    def check(self) -> None:
        """Raise UnbalancedError unless every instrument sums to zero in all three books."""
        for label in ("balance", "due", "lent"):
            sums = getattr(self, f"_{label}")[: len(self)].sum(axis=0)
            for column in np.flatnonzero(sums)[:1]:
                raise UnbalancedError(
                    f"check: {label} of {self._instrument(column)} sums to {sums[column]}, expected 0; "
                    f"last touched by {self._told(self._touched[: len(self), column])}"
                )

    def check_owners(self, money: bool = True, securities: bool = True) -> None:
        """Raise NegativeBalanceError if an account has less than nothing of money or securities it does not issue."""
        columns = slice(0 if money else N_MONEY, None if securities else N_MONEY)
        negative = (self._balance[: len(self), columns] < 0) & ~self._may_owe[: len(self), columns]
        if not negative.any():
            return
        row, column = np.argwhere(negative)[0]
        column += columns.start
        raise NegativeBalanceError(
            f"check_owners: {self.names[row]!r} has {self._balance[row, column]} of {self._instrument(column)}, "
            f"expected 0 or more; last touched by {self._told(self._touched[row, [column]])}"
        )

    # ---- within -----------------------------------------------------------------------------------------
    def _posting(
        self,
        memo: str,
        instrument: ArrayLike,
        giver: ArrayLike,
        taker: ArrayLike,
        amount: ArrayLike,
        signed: bool = False,
    ) -> Int:
        """Broadcast the columns of a posting to one length; refuse what is outside the books, broken or negative."""
        columns = _integers(memo, instrument=instrument, giver=giver, taker=taker, amount=amount)
        ends = self._balance.shape[1], len(self), len(self)
        if not within(columns, *ends):
            for label, column, end in zip(("instrument", "giver", "taker"), columns, ends, strict=False):
                low, high = column.min(), column.max()
                if low < 0 or high >= end:
                    raise ValueError(f"{memo!r}: {label} {low if low < 0 else high}, expected 0 to {end - 1}")
        if not signed and len(columns[-1]) and columns[-1].min() < 0:
            raise ValueError(f"{memo!r}: amount {columns[-1].min()}, expected 0 or more; swap giver and taker")
        return columns

    def _note(self, memo: str, amount: Int) -> int:
        """Add a posting to the journal and return the memo's number."""
        self._count(memo, len(amount), int(amount.sum()))
        return self._number(memo)

    def _count(self, memo: str, number: int, amount: int) -> None:
        """Add postings and the sum of their amounts to the journal."""
        postings, total = self._journal.get(memo, (0, 0))
        self._journal[memo] = (postings + number, total + amount)

    def _number(self, memo: str) -> int:
        """Return the number of a memo, a new one if it is new."""
        number = self._memos.setdefault(memo, len(self._memos) + 1)
        if number > MOST_MEMOS:
            raise ValueError(f"{memo!r}: one memo too many ({number}); a memo names an act, not a security or a date")
        return number

    def _told(self, numbers: NDArray[np.int16]) -> str:
        """Tell which memos these are, with what they posted today."""
        texts = {number: memo for memo, number in self._memos.items()}
        named = [texts[number] for number in np.unique(numbers).tolist() if number]
        if not named:
            return "nothing that was posted"
        return ", ".join(f"{memo!r} (today {_today(self._journal.get(memo))})" for memo in named[-5:])

    def _instrument(self, column: int) -> str:
        return Money(column).name if column < N_MONEY else f"security {column - N_MONEY}"

    def _require_bank(self, name: str, money: Money, bank: int) -> None:
        """Refuse a bank for those who need none, and accounts that are not banks."""
        if money != Money.DEPOSITS:
            raise ValueError(f"{name!r} pays with {money.name} and has no bank; expected DEPOSITS")
        if not (FED < bank < len(self) and self._money_of[bank] == Money.RESERVES):
            banks = np.flatnonzero(self._money_of[FED + 1 : len(self)] == Money.RESERVES) + FED + 1
            raise ValueError(f"{name!r}: row {bank} is no bank, expected one of {banks.tolist()}")

    def _adopt(self, bank: int) -> None:
        """Give this bank those depositors that have none, if it is the first."""
        orphans = (self._money_of[: len(self)] == Money.DEPOSITS) & (self._bank_of[: len(self)] == NO_BANK)
        self._bank_of[: len(self)][orphans] = bank

    def _grow(self) -> None:
        """Double the number of rows."""
        for label in _ROW_ARRAYS:
            old = getattr(self, label)
            setattr(self, label, np.concatenate([old, np.full_like(old, NO_BANK if label == "_bank_of" else 0)]))


def _integers(memo: str, **columns: ArrayLike) -> Int:
    """Broadcast whole numbers to one length, flattened in the order of rows; a copy, one row per column."""
    arrays = [np.asarray(column) for column in columns.values()]
    for label, array in zip(columns, arrays, strict=True):
        if array.dtype.kind not in "iu" and array.size:
            raise ValueError(f"{memo!r}: {label} is {array.dtype}, expected whole numbers")
    out = np.empty((len(arrays), *np.broadcast(*arrays).shape), np.int64)
    for k, array in enumerate(arrays):
        out[k] = array
    return out.reshape(len(arrays), -1)


def _today(entry: tuple[int, int] | None) -> str:
    return "nothing" if entry is None else f"{entry[0]} postings of {entry[1]} in all"


def _listed(moneys: Iterable[Money]) -> str:
    return ", ".join(money.name for money in moneys)
