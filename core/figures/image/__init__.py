"""Figures of one image: outputs of every model, attribution maps."""
