"""Securities and what they are worth: the list, bond arithmetic, price indices, fitted curves."""
