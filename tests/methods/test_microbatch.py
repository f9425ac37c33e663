import copy

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.methods.microbatch import in_parts
from core.models import build_model

X = torch.rand(7, 3, 8, 8, generator=torch.Generator().manual_seed(0))
Y = torch.arange(7) % 5


def model() -> nn.Module:
    return build_model("resnet-tiny", 5, 3, 8, seed=0, width=4)


def gradients(model: nn.Module, parts: int) -> tuple[Tensor, ...]:
    with in_parts(model, parts):
        return torch.autograd.grad(F.cross_entropy(model(X), Y), list(model.parameters()))


@pytest.mark.parametrize("parts", [2, 3, 64])
def test_in_eval_mode_the_gradients_are_those_of_the_whole_batch(parts: int):
    for found, whole in zip(gradients(model().eval(), parts), gradients(model().eval(), 1), strict=True):
        torch.testing.assert_close(found, whole, rtol=1e-4, atol=1e-6)


def test_parts_go_through_one_at_a_time_and_the_model_is_restored():
    net, seen = model().eval(), []
    net.features.register_forward_pre_hook(lambda module, args: seen.append(len(args[0])))
    gradients(net, 3)
    assert seen[:3] == [3, 2, 2]
    assert sorted(seen[3:]) == [2, 2, 3]  # once more for the backward
    net(X)
    assert seen[6:] == [7]
    with pytest.raises(RuntimeError, match="no luck"), in_parts(net, 3):
        raise RuntimeError("no luck")
    net(X)
    assert seen[7:] == [7]


def test_in_training_mode_batchnorm_sees_every_part_once():
    parted, whole = model().train(), model().train()
    with torch.no_grad():
        for part in X.tensor_split(3):
            whole(part)
    gradients(parted, 3)
    for (name, found), expected in zip(parted.named_buffers(), whole.buffers(), strict=True):
        if "running" in name:
            torch.testing.assert_close(found, expected, msg=name)
    momenta = [module.momentum for module in parted.modules() if isinstance(module, nn.BatchNorm2d)]
    assert set(momenta) == {0.1}


def test_a_copy_of_the_model_is_not_in_parts():
    net, seen = model().eval(), []
    teacher = copy.deepcopy(net)
    teacher.features.register_forward_pre_hook(lambda module, args: seen.append(len(args[0])))
    with in_parts(net, 3):
        teacher(X)
    assert seen == [7]
