"""Null models of behaviour, which a validation holds the market against."""
