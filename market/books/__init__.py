"""Order books: ladders of prices, messages, matching, and who may rest orders where."""
