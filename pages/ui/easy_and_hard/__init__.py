"""The Easy and hard page."""
