"""Figures of the Runs page: comparison of runs."""
