"""Random draws that have an owner, and counts and choices made of them."""
