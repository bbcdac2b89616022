"""The identities of a run, re-derived from its tables alone."""
