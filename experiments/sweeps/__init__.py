"""Arms by seeds, on one machine or a cluster: what is to be run, where, and what is shared."""
