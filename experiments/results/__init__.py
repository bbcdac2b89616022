"""What runs say: outcomes, effects and their intervals, costs, reports, replication folders."""
