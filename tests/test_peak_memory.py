"""The peak of memory is that of the process that asks, not of the one that started it."""

import subprocess
import sys

import pytest

from experiments.peak_memory import STATUS

TOLD = "from experiments.peak_memory import peak_mib; print(peak_mib())"
HEAVY_MIB = 600
PARENT = f"""
import subprocess, sys
own = bytearray({HEAVY_MIB} << 20)
own[:: 1 << 12] = b"x" * len(own[:: 1 << 12])
print(subprocess.run([sys.executable, "-c", {TOLD!r}], check=True, capture_output=True, text=True).stdout)
{TOLD}
"""


def test_a_child_does_not_count_what_its_parent_held():
    told = subprocess.run([sys.executable, "-c", PARENT], check=True, capture_output=True, text=True).stdout
    child, parent = map(float, told.split())
    assert 5 < child < HEAVY_MIB < parent


@pytest.mark.skipif(not STATUS.exists(), reason="only Linux tells what is resident")
def test_books_take_memory_as_they_are_touched():
    books = """
from experiments.peak_memory import peak_mib
from market.books.order_book import Books
Books(10, 64).rest(0, 0, 5, 1, 1)
before = peak_mib()
books = Books(600, 8192)
books.rest(range(600), 0, 4096, 1, 1)
print(peak_mib() - before, books._tables.levels.nbytes / 2**20)
"""
    told = subprocess.run([sys.executable, "-c", books], check=True, capture_output=True, text=True).stdout
    grown, ladder = map(float, told.split())
    assert ladder > 70 and grown < 20
