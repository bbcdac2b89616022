"""Who owns and owes what: the ledger, settlement, clearing, payments of interest and principal, margin."""
