"""One image in every model of a run: what they answer, how sensitive each logit is, and which pixels move it."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from core.attribution import grad_cam, integrated_gradients, smoothgrad
from core.datasets import load_dataset
from core.datasets.picture import fitted
from core.device import on_device
from core.errors import InvalidSpec
from core.inference import predict
from core.models import device_of, model_for, set_state
from core.roles import gold_roles
from core.sensitivity import selected_gradient_norms
from core.specs.inspection import InspectSpec
from core.store import RunFolder, Store

MAX_GOLDS = 3  # of which maps are made
COPIES = 64  # of the image at once


def models_of(run: RunFolder, device: torch.device) -> dict[str, nn.Module]:
    """Every model of a finished run by its role: initial, original, unlearned, then the golds."""
    keys = run.result["models"]
    golds = gold_roles(keys)
    states = {role: run.models.weights(keys[role]) for role in ("initial", "original") if role in keys}
    states["unlearned"] = run.weights()
    states |= {role: run.models.weights(keys[role]) for role in golds}
    return {role: on_device(set_state(model_for(run.spec.model), state), device) for role, state in states.items()}


def image_and_label(store: Store, run: RunFolder, spec: InspectSpec) -> tuple[np.ndarray, int | None]:
    """The pixels uint8 (C, H, W) as the run's models see them, and the label; None for a person's own picture.

    Raises:
        InvalidSpec: an image that the data set does not have.
        NotFound: a picture that was never kept.
    """
    if spec.is_own:
        return fitted(store.inspections.picture(spec.image), run.spec.model.data.info.shape), None
    number = int(spec.image)
    for split in load_dataset(run.spec.model.data).splits.values():
        if (place := np.flatnonzero(split.index == number)).size:
            return split.images[place[0]], int(split.labels[place[0]])
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
        copies = batch.expand(len(logits), -1, -1, -1)  # one for every logit: far fewer passes than logits
        each = torch.arange(len(logits), device=batch.device)[:, None]
        norms = selected_gradient_norms(model, copies, each, batch_size=COPIES)[:, 0]
        columns = {"logit": logits, "probability": logits.softmax(dim=0), "norm": norms}
        numbers = {name: values.cpu().numpy() for name, values in columns.items()}
        frames.append(pd.DataFrame({"role": role, "class": range(len(logits)), **numbers}))
    return pd.concat(frames, ignore_index=True)


def maps(
    models: Mapping[str, nn.Module], image: np.ndarray, classes: tuple[int, int], kind: str
) -> dict[str, np.ndarray]:
    """role -> float32 (2, H, W), maps of the logits of two classes; empty where a kind has none for such images.

    The golds beyond the third are left out. All models and both logits see the same noise.

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

    found = {role: [one(model, target) for target in classes] for role, model in shown.items()}
    return {role: torch.stack(two).numpy() for role, two in found.items() if None not in two}


def _tensor(image: np.ndarray) -> Tensor:
    return torch.from_numpy(image.copy())
