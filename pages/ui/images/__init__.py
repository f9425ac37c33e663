"""The Images page."""
