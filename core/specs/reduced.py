"""Reduced settings for photographs on a machine without a GPU."""

REDUCED: dict[str, int] = {
    "model.width": 16,
    "model.data.size": 10_000,
    "model.train.epochs": 12,
    "measure.norm_images": 500,
    "measure.probe_images": 600,
}
