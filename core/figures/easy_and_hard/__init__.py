"""Figures of the Easy and hard page: predictions, their features and their scores."""
