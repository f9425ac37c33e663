"""The feature map of a run: 2-D positions of forget, retained and test images in every model."""

from typing import Any

import numpy as np
import pandas as pd

from core.experiment.model_set import ModelSet
from core.metrics.feature_maps import feature_map, nearest_retained
from core.metrics.prediction_table import seeded_part

MAX_OTHERS = 1000  # retained images and test images each on the map: enough to show the classes


def run_map(model_set: ModelSet) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Maps forget images (at most ``measure.norm_images``) and a fixed sample of retained and test images.

    Returns:
        One row per model and image: role, index, x, y, nearest (whether it is the nearest retained image of a forget
        image, in the original's features); and the result's ``map`` entry: ``explained`` and ``fit`` of
        ``core.metrics.feature_maps.FeatureMap``.
    """
    planned, dataset = model_set.planned, model_set.dataset
    retain = np.setdiff1d(dataset.train.index, planned.removed.ids)
    rng = np.random.default_rng(0)  # the same images for every run of a request
    forget = seeded_part(planned.forget.ids, planned.spec.measure.norm_images, rng)
    retain, test = (seeded_part(ids, MAX_OTHERS, rng) for ids in (retain, dataset.test.index))
    parts = dataset.train.with_ids(np.concatenate([forget, retain])), dataset.test.with_ids(test)
    index = np.concatenate([part.index for part in parts])
    of_train, of_test = map(model_set.features, parts)
    features = {role: np.concatenate([of_train[role], of_test[role]]) for role in of_train}
    retained = np.isin(index, retain)
    found = feature_map(features, index, retained)
    nearest = nearest_retained(features["original"], np.isin(index, forget), retained)
    places = found.places.assign(nearest=np.tile(nearest, len(features)))
    return places, {"explained": list(found.explained), "fit": found.fit}
