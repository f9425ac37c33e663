"""Attribution maps: how strongly each pixel of an image affects one logit. Signed, summed over channels.

The model runs under ``core.sensitivity.evaluating``: eval mode, full precision, no gradients to the weights. Importing
captum takes a second.
"""

import torch
from captum.attr import IntegratedGradients, LayerAttribution, LayerGradCam, Saliency
from torch import Tensor, nn

from core.models import device_of, features_of
from core.sensitivity import evaluating
from core.training import as_float

NOISY = 16  # copies for SmoothGrad
SIGMA = 0.1  # standard deviation of their noise, as a fraction of the pixel range
STEPS = 32  # of integrated gradients
MIN_IMAGE, MIN_MAP = 28, 7  # pixels per side of image and feature maps for Grad-CAM


def smoothgrad(
    model: nn.Module, image: Tensor, target: int, *, generator: torch.Generator, copies: int = NOISY
) -> Tensor:
    """SmoothGrad (https://arxiv.org/abs/1706.03825, section 3): the input gradient, averaged over noisy copies.

    Positive values: the logit rises when the pixel gets lighter. Use equal generators to compare models under the
    same noise.

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
    """Integrated gradients (https://arxiv.org/abs/1703.01365, Eq. 1) with a black baseline.

    Each pixel's contribution to the logit's difference between the image and a black image; they sum to it.

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
        float32 (H, W) on the CPU, not negative, in arbitrary units; None for images below 28 pixels per side and for
        networks without feature maps, where the map would have too few positions.
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
    """The image as float32 (1, C, H, W) on the model's device."""
    return as_float(image[None].to(device_of(model))).detach().clone()


@torch.no_grad()
def _last_large(model: nn.Module, batch: Tensor) -> nn.Module | None:
    if min(batch.shape[2:]) < MIN_IMAGE:
        return None
    last, maps = None, features_of(model)[0](batch)  # normalised
    for layer in features_of(model)[1:]:
        maps = layer(maps)
        if maps.ndim == 4 and min(maps.shape[2:]) >= MIN_MAP:
            last = layer
    return last
