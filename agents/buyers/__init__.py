"""End investors by kind, and their rules of demand, flows and forced trades."""
