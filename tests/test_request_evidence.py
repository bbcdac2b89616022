"""Measures of information chasing and of specialisation find what was planted, and nothing where nothing was."""

import numpy as np
import pandas as pd
import pytest

from experiments.results.request_evidence import LEAST_TRADES, information, lasting

DAYS, CLIENTS, DEALERS = pd.date_range("2024-06-03", periods=8), 30, 6
DRAW = np.random.default_rng(4)


def planted(slope, special):
    """Return requests and yields in which clients that know more pay ``slope`` bp more for each bp they know."""
    move = DRAW.normal(size=len(DAYS))
    yields = pd.DataFrame(
        {"date": DAYS, "cusip": "A", "yield_bp": 400.0 + np.concatenate([[0.0], np.cumsum(move)[:-1]])}
    )
    rows = []
    for client in range(CLIENTS):
        skill = client / CLIENTS
        for day in range(len(DAYS)):
            for k in range(10):
                sign = -np.sign(move[day]) if DRAW.random() < 0.5 + 0.5 * skill else np.sign(move[day])
                favourite = client % 2 if special else 0
                dealer = favourite * 3 + k % 3 if special else int(DRAW.integers(DEALERS))
                rows.append(
                    (DAYS[day], f"client {client}", sign * 10, skill, f"d{dealer}", "old" if favourite else "new")
                )
    table = pd.DataFrame(rows, columns=["date", "client", "face", "skill", "dealer", "age"])
    knows = table["skill"] * np.abs(move).mean()
    paid = slope * knows
    return table.assign(
        cusip="A", tenor="t", dv01=0.1, middle=100.0, price=100.0 + np.sign(table["face"]) * 0.1 * paid
    ), yields


@pytest.mark.parametrize("slope", [-0.5, 0.0, 0.5])
def test_the_slope_of_what_informed_clients_pay_is_found(slope):
    table, yields = planted(slope, special=False)
    found, error, clients = information(table.assign(age=""), yields)
    assert clients == CLIENTS and found == pytest.approx(slope, abs=0.2) and error < 0.2


def test_dealers_that_keep_to_their_groups_are_specialised_and_chance_is_not():
    assert lasting(planted(0.0, special=True)[0], ["tenor", "age"]) > 0.99
    many = pd.concat([planted(0.0, special=False)[0].assign(cusip=f"{k}") for k in range(12)])
    assert abs(lasting(many, ["cusip"])) < 0.3
    assert np.isnan(lasting(many[: LEAST_TRADES // 2], ["cusip"]))
