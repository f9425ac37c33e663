"""The Gold comparison page."""
