"""Figures of the Runs page: runs beside each other."""
