"""Figures of the Forget page: a run while it goes on, and its replay."""
