"""A live market in a browser: play, step, change policy and behaviour while it runs, look at books and accounts.

``levers`` is what may be changed, ``session`` a market that somebody looks at, ``pictures`` what is drawn besides the
figures of ``experiments.figures``, ``page`` the page, ``__main__`` the server. Needs the extra ``dashboard``; imports
``experiments``, and nothing imports it. The page is made with Solara, not with Mesa's SolaraViz: that takes parameters
only at a reset, and holds one model, where here two arms live the same day.
"""
