"""The papers' figures: the run behind each, the numbers read off it, the picture, and what agrees and what is ours."""
