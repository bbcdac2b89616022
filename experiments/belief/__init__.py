"""Why anyone should believe it: validation, nulls, replay, forecasts, calibration, regressions."""
