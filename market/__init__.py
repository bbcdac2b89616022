"""The venue and the money: instruments, books, auctions, settlement, ledger, the day. It knows roles, never agents."""
