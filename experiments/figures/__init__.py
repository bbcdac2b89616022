"""Figures: one per file, ``draw(results)`` returns it a column wide; ``panel`` draws it on given axes, for pages.

``gallery`` names them all, ``style`` is the look that they share.
"""
