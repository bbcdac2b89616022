"""Requests for quote, and the relationships between clients and dealers that they run along."""
