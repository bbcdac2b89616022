"""Treasury futures: contracts, the quarterly cycle, the call, the clearing house's evening."""
