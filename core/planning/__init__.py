"""Before a run: checks, the resolved request, time estimates. Nothing here imports torch."""
