"""Ways to draw the survivors of a population by their weights."""
