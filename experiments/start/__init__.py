"""The starting state: who owns every bond and every dollar on a day, from published tables."""
