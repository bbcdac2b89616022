"""Rows of a validation that were registered before any value of the model was computed for them."""
