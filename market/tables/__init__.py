"""What is measured and kept of a run: the day's tape, measures, the record and its columns."""
