"""Runs: the table, actions on one run, comparison, export, disk usage."""
