"""Calibration: which values of a few declared parameters the published moments leave plausible."""
