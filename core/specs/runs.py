"""The spec of a run: model, forget request, method, gold models and measurements."""

from typing import Literal

from pydantic import Field, field_validator, model_validator

from core.specs.base import Spec, choices, digest
from core.specs.data import ModelSpec
from core.specs.methods import AnyMethod
from core.specs.methods.mu_mis import MuMis
from core.specs.requests import ForgetRequest

MIN_SHADOWS = 32


class MeasureSpec(Spec):
    """What to measure, and on how many images."""

    norm_images: int = Field(2000, ge=1, le=100_000, description="images per split for input-gradient norms")
    probe_images: int = Field(2000, ge=10, le=100_000, description="images for accuracies after every step")
    deep: bool = Field(False, description="also measure features, relearning and simple membership attacks")
    shadows: int = Field(
        0, ge=0, le=512, description="pairs of shadow models for per-image membership attacks: 0, or at least 32"
    )

    @field_validator("shadows")
    @classmethod
    def _enough(cls, shadows: int) -> int:
        if 0 < shadows < MIN_SHADOWS:
            raise ValueError(
                f"measure.shadows = {shadows} is too few for a per-image attack: choose 0, or {MIN_SHADOWS} to 512"
            )
        return shadows


class RunSpec(Spec):
    """Everything that determines a run's numbers. Its id is the beginning of its key."""

    model: ModelSpec = ModelSpec()
    forget: ForgetRequest = ForgetRequest()
    after: tuple[ForgetRequest, ...] = Field(
        (), max_length=50, description="earlier requests, forgotten before this one"
    )
    method: AnyMethod = MuMis()
    unlearn_seed: int = Field(0, ge=0, lt=2**31, description="seed of the method's random draws")
    gold_seeds: tuple[int, ...] = Field(
        (1, 2, 3), max_length=64, description="seeds of the gold models, one model per seed"
    )
    measure: MeasureSpec = MeasureSpec()

    @field_validator("gold_seeds")
    @classmethod
    def _distinct(cls, seeds: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(seeds)) < len(seeds) or any(not 0 <= seed < 2**31 for seed in seeds):
            raise ValueError(f"gold seeds = {seeds}: seeds must be distinct whole numbers from 0 to 2147483647")
        return tuple(sorted(seeds))

    @model_validator(mode="after")
    def _golds_start_elsewhere(self) -> "RunSpec":
        if self.model.seed in self.gold_seeds:
            others = [seed for seed in range(66) if seed not in (*self.gold_seeds, self.model.seed)]
            raise ValueError(
                f"gold seed {self.model.seed} is the original's seed, and a gold must not share its initial weights; "
                f"choose another, such as {choices(others[:3])}"
            )
        if self.model.without is not None:
            raise ValueError("model.without is set for gold models only; leave it out of a run")
        return self

    @model_validator(mode="after")
    def _shadows_know_one_request(self) -> "RunSpec":
        if self.measure.shadows and self.after:
            raise ValueError(
                "measure.shadows works for a single request only; remove the earlier requests, or set it to 0"
            )
        return self

    @property
    def id(self) -> str:
        """Id of the run: the first 12 digits of its key."""
        return self.key[:12]

    @property
    def group_column(self) -> Literal["label", "subclass"]:
        """The column of per-group accuracies: sub-classes if the request names one, else classes."""
        return "subclass" if self.forget.names_subclass(self.model.data.info) else "label"

    @property
    def request_key(self) -> str:
        """Key of the request: equal for runs that differ only in method, settings and unlearning seed."""
        return digest(self.model_dump(mode="json", exclude={"method", "unlearn_seed"}))

    @property
    def unlearned_key(self) -> str:
        """Key of the unlearned weights: equal for runs that differ only in golds and measurements."""
        return digest(self.model_dump(mode="json", exclude={"gold_seeds", "measure"}))
