"""Metrics of models and prediction tables: accuracy, divergence, representation, relearning, membership."""
