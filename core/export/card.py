"""The model card of unlearned weights, in Markdown."""

from collections.abc import Iterable, Sequence

from core.analysis.summary import summarize
from core.escaping import in_markdown, one_line
from core.export.run_text import accuracy_rows, facts, title
from core.glossary import definitions
from core.metrics.catalogue import accuracy_keys
from core.specs import to_command
from core.specs.codec import all_settings
from core.store import RunFolder

CARD = """\
# {title}

The weights in `unlearned.safetensors` are those of an image classifier after machine unlearning: it was trained on all
training images, and then an unlearning method removed the influence of a part of them without retraining.

## Data
{data}. {origin} Forget set: `{forget}` ({size} images).

## Method
[{method}]({paper}). {about}

{settings}

## Numbers
{verdict}

{accuracies}

{glossary}

## Limits
- Unlearning is approximate: there is no proof that these weights contain no trace of the forget set. The metrics above
  are all that was measured.
- The numbers hold for this request, these seeds and these gold models.
- Images must be float32 in [0, 1], shape (N, {channels}, {height}, {width}); the model's first layer normalises.
{notes}

## Use
```python
from safetensors.torch import load_file

from core import parse_spec
from core.models import model_for

model = model_for(parse_spec(open("spec.json").read()).model)
model.load_state_dict(load_file("unlearned.safetensors"))
```

## Reproduce these weights
{command}

{facts}
"""


WORDS = ("gap", "gold", "gold spread", "–")  # of the glossary
TRAINED = "The original was trained on the training images with the recipe below."
GIVEN = "The original's weights were imported, not trained here; the recipe below is that of the gold models."


def card(run: RunFolder) -> str:
    """The model card of a finished run.

    Raises:
        StoreError: the run is not finished.
    """
    result, spec = run.result, run.spec
    info, forget = spec.model.data.info, result["forget"]
    channels, height, width = info.shape
    chosen = [
        [name, str(value)] for name, value in all_settings(spec).items() if name.startswith(("method.", "model."))
    ]
    return CARD.format(
        title=in_markdown(title(spec)), data=in_markdown(info.title), origin=GIVEN if spec.model.weights else TRAINED,
        forget=one_line(spec.forget.title).replace("`", "'"), size=forget["size"],
        method=spec.method.title, paper=spec.method.paper, about=spec.method.about,
        settings=_table(["setting", "value"], chosen), verdict=summarize(result),
        accuracies=_table(["model", *accuracy_keys()], accuracy_rows(result)),
        glossary=_items(definitions((*accuracy_keys(), *WORDS)).items()),
        channels=channels, height=height, width=width,
        notes="\n".join(f"- {in_markdown(note)}" for note in result["notes"]),
        command=_code("bash", to_command(spec)), facts=_items(facts(result).items()),
    )  # fmt: skip


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [map(in_markdown, line) for line in (columns, *rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (lines[0], ["---"] * len(columns), *lines[1:]))


def _items(entries: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"- **{in_markdown(name)}**: {in_markdown(text)}" for name, text in entries)


def _code(language: str, text: str) -> str:
    """A block of code; its fence is longer than any row of backticks in it."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text}\n{fence}"
