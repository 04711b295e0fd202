"""Bundles and comparisons of decisions in the window."""
