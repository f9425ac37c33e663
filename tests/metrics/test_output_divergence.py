import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.special import softmax
from scipy.stats import entropy

from core.metrics.output_divergence import output_distance, output_family, outputs_by_gold

RNG = np.random.default_rng(0)
MODEL, GOLD, OTHER = (RNG.normal(scale=3, size=(20, 5)).astype(np.float32) for _ in range(3))


def test_against_scipy_image_by_image():
    found = output_distance(MODEL, GOLD)
    p, q = softmax(GOLD.astype(float), axis=1), softmax(MODEL.astype(float), axis=1)
    assert found["kl"] == pytest.approx(np.mean([entropy(a, b) for a, b in zip(p, q, strict=True)]))
    js = [jensenshannon(a, b) ** 2 for a, b in zip(p, q, strict=True)]  # scipy returns the root
    assert found["js"] == pytest.approx(np.mean(js))
    assert found["activation"] == pytest.approx(
        np.mean([np.sqrt(((a - b) ** 2).sum()) for a, b in zip(p, q, strict=True)])
    )
    assert found["agreement"] == np.mean([a.argmax() == b.argmax() for a, b in zip(p, q, strict=True)])


def test_two_images_by_hand():
    gold, model = np.log([[0.5, 0.5], [0.9, 0.1]]), np.log([[0.25, 0.75], [0.9, 0.1]])
    found = output_distance(model, gold)
    assert found["kl"] == pytest.approx((0.5 * np.log(2) + 0.5 * np.log(2 / 3)) / 2)
    assert found["activation"] == pytest.approx(np.sqrt(2 * 0.25**2) / 2)
    assert found["agreement"] == pytest.approx(0.5)  # equal shares count as the first class


def test_equal_and_very_different_outputs():
    assert output_distance(GOLD, GOLD) == pytest.approx({"kl": 0, "activation": 0, "js": 0, "agreement": 1})
    far = output_distance(np.array([[2000.0, 0.0]]), np.array([[0.0, 2000.0]]))  # their probabilities are exactly 0, 1
    assert far == pytest.approx({"kl": 2000.0, "activation": np.sqrt(2), "js": np.log(2), "agreement": 0})


def test_a_model_is_compared_with_all_golds_and_a_gold_with_the_others():
    found = output_family(outputs_by_gold({"original": MODEL, "gold-1": GOLD, "gold-2": OTHER}))
    both = [output_distance(MODEL, GOLD), output_distance(MODEL, OTHER)]
    assert found["original"] == pytest.approx({name: (both[0][name] + both[1][name]) / 2 for name in both[0]})
    assert found["gold-1"] == output_distance(GOLD, OTHER)
    assert found["gold-2"] == output_distance(OTHER, GOLD)


def test_without_a_gold_there_is_nothing_to_compare_with():
    assert output_family(outputs_by_gold({"original": MODEL})) == {"original": None}
    assert output_family(outputs_by_gold({"original": MODEL, "gold-1": GOLD}))["gold-1"] is None
