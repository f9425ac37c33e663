"""The spec of an inspection: one image in all models of a run."""

from pydantic import Field

from core.specs.base import Spec

RUN = r"[0-9a-z]{1,40}"
IMAGE = r"\d{1,12}"
OWN = r"own-[0-9a-f]{20}"


class InspectSpec(Spec):
    """One image in every model of a finished run."""

    run: str = Field(pattern=f"^{RUN}$", description="id of the run")
    image: str = Field(
        pattern=f"^({IMAGE}|{OWN})$", description="id of the image, or own- and the hash of a user's image"
    )

    @property
    def is_own(self) -> bool:
        """Whether the image is the user's own, not one of the data set."""
        return self.image.startswith("own-")
