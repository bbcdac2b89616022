"""Robustness: an experiment's effects under other parameters, other structures, and with mechanisms switched off."""
