"""Figures of the Gold comparison page: distances to gold, by metric, class, method and image."""
