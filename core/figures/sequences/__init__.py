"""Figures of the Sequences page."""
