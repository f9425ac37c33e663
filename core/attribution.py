"""Attribution maps of one logit at one image: which pixels move it. In pixel units, signed, summed over channels.

All take the model as ``core.sensitivity.evaluating`` leaves it: in eval mode, in full precision, without gradients to
the weights. Only for processes that may take a second to import captum.
"""

import torch
from captum.attr import IntegratedGradients, LayerAttribution, LayerGradCam, Saliency
from torch import Tensor, nn

from core.models import device_of
from core.sensitivity import evaluating
from core.training import as_float

NOISY = 16  # copies for SmoothGrad
SIGMA = 0.1  # of their noise, of the pixel range
STEPS = 32  # of integrated gradients
MIN_IMAGE, MIN_MAP = 28, 7  # pixels a side for Grad-CAM: of the image, of the feature maps


def smoothgrad(
    model: nn.Module, image: Tensor, target: int, *, generator: torch.Generator, copies: int = NOISY
) -> Tensor:
    """SmoothGrad (https://arxiv.org/abs/1706.03825, section 3): the input gradient, averaged over noisy copies.

    How much the logit rises where a pixel gets lighter. The noise is drawn from the generator, so that models that
    are compared can be given the same.

    Args:
        image: (C, H, W), uint8 or float32 in [0, 1].
        target: class of the logit.
        generator: on the CPU.

    Returns:
        float32 (H, W) on the CPU, logit per pixel unit.
    """
    noise = SIGMA * torch.randn((copies, *image.shape), generator=generator)
    with evaluating(model, frozen=True):
        noisy = (_batch(model, image) + noise.to(device_of(model))).requires_grad_()
        gradients = Saliency(model).attribute(noisy, target=target, abs=False)
    return gradients.mean(dim=0).sum(dim=0).detach().cpu()


def integrated_gradients(model: nn.Module, image: Tensor, target: int, *, steps: int = STEPS) -> Tensor:
    """Integrated gradients (https://arxiv.org/abs/1703.01365, Eq. 1) on the straight way from black to the image.

    Each pixel's share of the difference between the image's logit and that of a black image: the shares add up to it.

    Args:
        image: (C, H, W), uint8 or float32 in [0, 1].
        target: class of the logit.
        steps: points of the Gauss-Legendre sum.

    Returns:
        float32 (H, W) on the CPU, logit.
    """
    with evaluating(model, frozen=True):
        batch = _batch(model, image)
        found = IntegratedGradients(model).attribute(
            batch, baselines=torch.zeros_like(batch), target=target, n_steps=steps, internal_batch_size=steps
        )
    return found[0].sum(dim=0).detach().float().cpu()


def grad_cam(model: nn.Module, image: Tensor, target: int) -> Tensor | None:
    """Grad-CAM (https://arxiv.org/abs/1610.02391, Eq. 1 and 2) at the last feature maps of at least 7x7 positions.

    Args:
        image: (C, H, W), uint8 or float32 in [0, 1].
        target: class of the logit.

    Returns:
        float32 (H, W) on the CPU, not negative, in the model's own unit; None where an image of fewer than 28 pixels a
        side, or a network without feature maps, leaves too few positions to tell apart.
    """
    with evaluating(model, frozen=True):
        batch = _batch(model, image)
        layer = _last_large(model, batch)
        if layer is None:
            return None
        found = LayerGradCam(model, layer).attribute(batch.requires_grad_(), target=target, relu_attributions=True)
        found = LayerAttribution.interpolate(found.detach(), tuple(image.shape[1:]), "bilinear")
    return found[0, 0].cpu()


def _batch(model: nn.Module, image: Tensor) -> Tensor:
    """The image as float32 (1, C, H, W) where the model is."""
    return as_float(image[None].to(device_of(model))).detach().clone()


@torch.no_grad()
def _last_large(model: nn.Module, batch: Tensor) -> nn.Module | None:
    if min(batch.shape[2:]) < MIN_IMAGE:
        return None
    last, maps = None, model.features[0](batch)  # normalised
    for layer in model.features[1:]:
        maps = layer(maps)
        if maps.ndim == 4 and min(maps.shape[2:]) >= MIN_MAP:
            last = layer
    return last
