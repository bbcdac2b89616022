"""Relative-value and basis-trade funds, and the asset managers on the other side of futures."""
