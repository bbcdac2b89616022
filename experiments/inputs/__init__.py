"""Dated inputs: the published figures, calendars of operations, policy and flows, and plans made of them."""
