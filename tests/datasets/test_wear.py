"""Each kind of wear alone, where what it should do is known exactly."""

import numpy as np
import pytest

from core.datasets import wear as module
from core.datasets.wear import CHUNK, wear

NOTHING = {
    "SHIFT": 0, "FADING": (1.0, 1.0), "FADING_ACROSS": (0.0, 0.0), "STROKES": (), "BLOTS": (), "PAPER": (0.0, 0.0),
    "NOISE": (0.0, 0.0),
}  # fmt: skip
BLANK = np.zeros((200, 1, 28, 28), np.uint8)


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch):
    """``only(NOISE=...)``: no wear but this."""

    def set_constants(**some) -> None:
        for name, value in (NOTHING | some).items():
            monkeypatch.setattr(module, name, value)

    return set_constants


def digit_like(count: int = 200) -> np.ndarray:
    images = np.zeros((count, 1, 28, 28), np.uint8)
    images[:, :, 5:23, 6:22] = np.random.default_rng(0).integers(0, 256, (count, 1, 18, 16))
    return images


def test_without_wear_images_stay_as_they_are(only):
    only()
    np.testing.assert_array_equal(wear(digit_like()), digit_like())


def test_digits_move_by_up_to_four_whole_pixels_each_way(only):
    only(SHIFT=4)
    moves = set()
    for before, after in zip(digit_like(), wear(digit_like()), strict=True):
        found = [
            (down, right)
            for down in range(-5, 6)
            for right in range(-5, 6)
            if np.array_equal(np.roll(before, (down, right), (1, 2)), after)
        ]
        assert len(found) == 1
        moves.add(found[0])
    assert {down for down, _ in moves} == {right for _, right in moves} == set(range(-4, 5))


def test_fading_leaves_what_it_should_and_goes_one_way(only):
    only(FADING=(0.6, 1.0), FADING_ACROSS=(0.0, 0.4))
    left = wear(np.full_like(BLANK, 255))[:, 0] / 255
    assert left.max() <= 1
    assert 0.36 - 0.5 / 255 <= left.min() < 0.5
    assert 0.6 - 0.5 / 255 <= left.max(axis=(1, 2)).min() < 0.65
    for step in (np.diff(left, axis=1), np.diff(left, axis=2)):  # the ink of an image falls, or rises, everywhere
        assert ((step >= -1 / 255).all(axis=(1, 2)) | (step <= 1 / 255).all(axis=(1, 2))).all()


def test_a_stroke_goes_from_edge_to_edge_and_is_as_wide_as_it_should_be(only):
    only(STROKES=(1.0,), STROKE_BEND=0.0, STROKE_INK=(1.0, 1.0))
    for image in wear(BLANK)[:, 0] / 255:
        where = np.argwhere(image > 0)
        centred = where - where.mean(axis=0)
        _, _, axes = np.linalg.svd(centred, full_matrices=False)
        along, across = (centred @ axes.T).T
        assert np.ptp(along) > 20
        assert np.ptp(across) < 1.6 + 2  # its width and its soft edges
        assert 0.6 * 0.7 < image.sum() / np.ptp(along) < 1.6 * 1.3  # ink per length


def test_without_an_offset_every_stroke_passes_through_the_middle(only):
    only(STROKES=(1.0,), STROKE_OFFSET=0.0)
    assert wear(BLANK)[:, 0, 12:16, 12:16].max(axis=(1, 2)).min() > 0


def test_a_bent_stroke_leaves_its_line(only):
    only(STROKES=(1.0,), STROKE_OFFSET=0.0, STROKE_BEND=0.02)
    off_line = [np.linalg.svd(where - where.mean(axis=0))[1][1] / len(where) ** 0.5 for where in
                map(np.argwhere, wear(BLANK)[:, 0])]  # fmt: skip
    assert min(off_line) < 1  # pixels, as a straight one of this width
    assert max(off_line) > 1.5


def test_a_blot_is_a_disc(only):
    only(BLOTS=(1.0,), BLOT_INK=(1.0, 1.0))
    images = wear(BLANK)[:, 0] / 255
    area = images.sum(axis=(1, 2))  # ink of a disc with an edge one pixel wide: about pi r^2
    assert 0.9 * np.pi * 1.5**2 < area.min() < 1.3 * np.pi * 1.5**2
    assert 0.75 * np.pi * 2.6**2 < area.max() < 1.1 * np.pi * 2.6**2
    for image in images:
        centre = (np.argwhere(image > 0) * image[image > 0][:, None]).sum(axis=0) / image.sum()
        assert np.abs(np.argwhere(image > 0) - centre).max() < 2.6 + 1
        assert np.abs(centre - 13.5).max() < 9 + 0.3


def test_a_scan_has_grey_paper_and_gaussian_noise(only):
    only(PAPER=(0.45, 0.55), NOISE=(0.03, 0.08))
    scans = wear(BLANK)[:, 0] / 255
    means, spreads = scans.mean(axis=(1, 2)), scans.std(axis=(1, 2))
    assert 0.44 < means.min() < 0.47 < 0.53 < means.max() < 0.56
    assert 0.027 < spreads.min() < 0.035 < 0.075 < spreads.max() < 0.087
    assert np.median(np.abs(scans - means[:, None, None]) / spreads[:, None, None]) == pytest.approx(0.6745, abs=0.01)


@pytest.mark.parametrize("kind", ["STROKES", "BLOTS"])
def test_as_many_images_have_it_as_its_chance_says(only, kind: str):
    only(**{kind: (0.5,)})
    share = (wear(np.repeat(BLANK, 5, axis=0)).max(axis=(1, 2, 3)) > 0).mean()
    assert share == pytest.approx(0.5, abs=0.05)  # of 1,000; three standard deviations


def test_wear_is_fixed_and_every_image_has_its_own():
    worn = wear(BLANK)
    np.testing.assert_array_equal(wear(BLANK), worn)
    np.testing.assert_array_equal(wear(BLANK[:CHUNK]), worn[:CHUNK])
    assert len(np.unique(worn.reshape(len(worn), -1), axis=0)) == len(worn)
