"""Figures of a run: one per file, each a function that draws on given axes from the tables of a run folder."""
