"""The keys of a scenario for policies of the venues: books that are open to clients."""

from typing import Literal

from experiments.section import declared

BookClass = Literal["on-the-run", "off-the-run", "bills", "tips", "frn"]

all_to_all = declared(
    (),
    "classes",
    "Chaboud and others (2022), All-to-All Trading in the U.S. Treasury Market, New York Fed Staff Report 1036",
    "classes of securities in whose books clients rest orders without a name and meet each other; none: as it is",
)
