"""Primary dealers and principal trading firms, and their rules of quoting and inventory."""
