"""The pictures of the overview: a few forget images with what each model takes them for."""

import streamlit as st

from core.figures import png_url, role_name
from core.store import RunFolder
from pages.ui import library

FACES = 8


def faces(run: RunFolder) -> None:
    """Forget images and their predictions, right (✓) or wrong, by original, unlearned and the first gold."""
    samples = library.samples(run)
    forget = samples[samples["split"] == "forget"]
    ids = forget["index"].drop_duplicates().sort_values().iloc[:FACES].tolist()
    names = run.spec.model.data.info.classes
    roles = [role for role in ("original", "unlearned", next(iter(golds(run)), "")) if role]
    predictions = forget[forget["index"].isin(ids)].set_index(["role", "index"])
    for column, number, image in zip(st.columns(FACES), ids, library.images(run.spec, ids), strict=False):
        column.image(png_url(image, 96), alt=f"Training image {number}")
        for role in roles:
            row = predictions.loc[(role, number)]
            right = row["prediction"] == row["label"]
            column.caption(f"{role_name(role)}: **{names[row['prediction']]}** {'✓' if right else ''}")


def golds(run: RunFolder) -> list[str]:
    """The run's gold roles, by seed."""
    return [role for role in run.result["models"] if role.startswith("gold-")]
