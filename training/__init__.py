"""How the shipped weights are made, start to end."""
