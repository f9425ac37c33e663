import torch

from core.experiment.rng import make_generator


def test_every_seed_and_purpose_has_a_generator_of_its_own() -> None:
    draws = [torch.rand(3, generator=make_generator(s, p)).tolist() for s in (0, 1) for p in ("train", "unlearn")]
    assert len({tuple(draw) for draw in draws}) == 4
    assert torch.rand(3, generator=make_generator(1, "train")).tolist() == draws[2]
