"""Executes runs: ``execute`` takes a spec and yields events, the last with the result."""
