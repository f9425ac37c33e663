"""What the numbers mean: tables of a model's predictions, and the metrics that are computed from them."""
