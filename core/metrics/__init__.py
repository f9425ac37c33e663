"""From models and prediction tables to numbers: accuracy, divergence, representation, relearning, membership."""
