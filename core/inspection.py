"""Inspects one image in all models of a run: outputs, input-gradient norms, attribution maps."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from core.attribution import grad_cam, integrated_gradients, smoothgrad
from core.datasets import load_dataset
from core.datasets.own.picture import fitted
from core.device import on_device
from core.errors import InvalidSpec
from core.inference import predict
from core.models import device_of, model_for, set_state
from core.roles import gold_roles
from core.sensitivity import selected_gradient_norms
from core.specs.inspection import InspectSpec
from core.store import RunFolder, Store

MAX_GOLDS = 3  # golds with attribution maps
COPIES = 64  # copies of the image per batch


def models_of(run: RunFolder, device: torch.device) -> dict[str, nn.Module]:
    """Role -> model of a finished run: initial, original, unlearned, golds."""
    keys = run.result["models"]
    golds = gold_roles(keys)
    states = {role: run.models.weights(keys[role]) for role in ("initial", "original") if role in keys}
    states["unlearned"] = run.weights()
    states |= {role: run.models.weights(keys[role]) for role in golds}
    return {role: on_device(set_state(model_for(run.spec.model), state), device) for role, state in states.items()}


def image_and_label(store: Store, run: RunFolder, spec: InspectSpec) -> tuple[np.ndarray, int | None]:
    """The pixels uint8 (C, H, W) as the run's models see them, and the label (None for the user's own image).

    Raises:
        InvalidSpec: the data set has no such image.
        NotFound: the user's image is not in the store.
    """
    if spec.is_own:
        return fitted(store.inspections.picture(spec.image), run.spec.model.data.info.shape), None
    number = int(spec.image)
    for split in load_dataset(run.spec.model.data).splits.values():
        if (position := np.flatnonzero(split.index == number)).size:
            return split.images[position[0]], int(split.labels[position[0]])
    raise InvalidSpec(f"image {number} is not in this data set")


def answers(models: Mapping[str, nn.Module], image: np.ndarray) -> pd.DataFrame:
    """One row per role and class: role, class, logit, probability, norm (of the logit's input gradient).

    Args:
        image: uint8 (C, H, W).
    """
    frames = []
    for role, model in models.items():
        batch = _tensor(image).to(device_of(model))[None]
        logits = predict(model, batch)[0]
        copies = batch.expand(len(logits), -1, -1, -1)  # one copy per logit: all norms in a few passes
        each = torch.arange(len(logits), device=batch.device)[:, None]
        norms = selected_gradient_norms(model, copies, each, batch_size=COPIES)[:, 0]
        columns = {"logit": logits, "probability": logits.softmax(dim=0), "norm": norms}
        numbers = {name: values.cpu().numpy() for name, values in columns.items()}
        frames.append(pd.DataFrame({"role": role, "class": range(len(logits)), **numbers}))
    return pd.concat(frames, ignore_index=True)


def maps(
    models: Mapping[str, nn.Module], image: np.ndarray, classes: tuple[int, int], kind: str
) -> dict[str, np.ndarray]:
    """role -> float32 (2, H, W), maps of the logits of two classes; empty if the kind does not apply to such images.

    At most three golds are included. All models and both logits use the same noise.

    Args:
        image: uint8 (C, H, W).
        kind: smoothgrad, integrated_gradients or grad_cam.
    """
    golds = gold_roles(models)
    shown = {role: model for role, model in models.items() if role not in golds[MAX_GOLDS:]}
    pixels = _tensor(image)

    def one(model: nn.Module, target: int) -> Tensor | None:
        match kind:
            case "smoothgrad":
                return smoothgrad(model, pixels, target, generator=torch.Generator().manual_seed(0))
            case "integrated_gradients":
                return integrated_gradients(model, pixels, target)
            case _:
                return grad_cam(model, pixels, target)

    found = {
        role: [drawn for target in classes if (drawn := one(model, target)) is not None]
        for role, model in shown.items()
    }  # a model has maps of both classes or of none
    return {role: torch.stack(two).numpy() for role, two in found.items() if two}


def _tensor(image: np.ndarray) -> Tensor:
    return torch.from_numpy(image.copy())
