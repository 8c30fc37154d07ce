"""One engine for every method whose particles are weighed and resampled together: twists, resamplers, and the loop."""
