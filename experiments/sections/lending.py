"""The section of a scenario for the Fed's securities lending: what it lends to primary dealers, and how much to one."""

from experiments.sections.section import Section, declared
from market.accounts.settlement import FedLending
from market.units import FACE_PER_MUSD

FAQS = "New York Fed, SOMA Securities Lending FAQs, 15 July 2020 (from memory, medium confidence)"


class SecuritiesLending(Section):
    """The limits and the price of the Fed's loans of securities, which come after all other lenders'."""

    share: float = declared(0.9, "share of its holding", FAQS, "most that the Fed lends of one security", ge=0, le=1)
    dealer_share: float = declared(0.25, "share of that", FAQS, "most that one dealer borrows of it", ge=0, le=1)
    dealer_musd: int = declared(5_000, "musd of par", FAQS, "most that one dealer borrows in all", ge=0, le=10**7)
    least_bp: float = declared(5.0, "bp a year", FAQS, "least fee", ge=0, le=1000)


def fed_lending(section: SecuritiesLending) -> FedLending:
    """Return the terms that a scenario describes."""
    face = section.dealer_musd * FACE_PER_MUSD
    return FedLending(section.share, section.dealer_share, face, section.least_bp)
