"""Figures of the Privacy page: membership attacks, relearning and feature probes."""
