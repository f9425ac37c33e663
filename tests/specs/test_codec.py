import random
import shlex
from typing import Any

import pytest

from core.errors import InvalidSpec
from core.specs import (
    METHODS,
    ForgetRequest,
    ModelSpec,
    RunSpec,
    from_query,
    gold_model,
    gold_seeds,
    initial_model,
    make_method,
    make_spec,
    parse_spec,
    spec_json,
    to_command,
    to_python,
    to_query,
)
from core.specs.requests import parse_requests

METHOD_SETTINGS: list[tuple[str, dict[str, Any]]] = [
    *((name, {}) for name in METHODS),
    ("mu-mis", {"stop": "accuracy", "head_step": 0.5, "draws": 3}),
    ("mu-mis", {"logits": "raw", "cap": 2}),
    ("mu-mis", {"variant": "paper", "learning_rate": 1e-5, "max_steps": 7}),
    ("mu-mis", {"variant": "paper", "stop": "paper", "delta": 0.5}),
    ("gradient-ascent", {"step": 0.125}),
    ("random-label", {"replay": False}),
    ("fine-tune", {"schedule": "authors", "epochs": 2, "learning_rate": 0.5}),
]


def some_spec(rng: random.Random) -> RunSpec:
    """A spec in which every part differs from its default now and then."""

    def maybe(**values: Any) -> dict[str, Any]:
        return {name: value for name, value in values.items() if rng.random() < 0.4}

    name, settings = rng.choice(METHOD_SETTINGS)
    train = maybe(
        epochs=rng.randrange(9), batch_size=16, learning_rate=rng.random() + 1e-9, momentum=0, weight_decay=1e-7,
        schedule=rng.choice(["cosine", "constant"]), augment=rng.choice(["shift", "crop-flip"]),
    )  # fmt: skip
    data = maybe(name=rng.choice(["mnist-5k-worn", "mnist-5k-families"]), pool=False, size=rng.randrange(20, 900))
    model = maybe(width=rng.randrange(4, 257), seed=rng.randrange(100, 2**31))
    parts = maybe(
        after=[{"text": "class=four"}, {"text": "class=5:30%+index=7", "draw": 2}],
        unlearn_seed=rng.randrange(2**31),
        gold_seeds=rng.choice([(), (4,), (1,), (1, 2), (9, 4, 7), tuple(range(1, 65))]),
        measure=maybe(norm_images=5, probe_images=50),
    )
    return RunSpec.parse(
        {
            "model": {"data": data, "train": train, **model},
            "forget": {"text": rng.choice(["class=3", "random=10%", "class=all:2.5%+index=1,2"]), **maybe(draw=3)},
            "method": {"name": name, **settings},
            **parts,
        }
    )


SPECS = [some_spec(random.Random(n)) for n in range(200)]


def words_of(command: str) -> dict[str, str]:
    """A command's options as URL parameters: ``--a-b v`` is a_b, ``--set n=v`` is set.n."""
    python, *argv = shlex.split(command)
    assert (python, argv[:3]) == ("python", ["-m", "core", "run"])
    words = {}
    for option, value in zip(argv[3::2], argv[4::2], strict=True):
        if option == "--set":
            name, _, value = value.partition("=")
            words[f"set.{name}"] = value
        else:
            words[option.removeprefix("--").replace("-", "_")] = value
    return words


def test_the_sample_reaches_every_method():
    assert {spec.method.name for spec in SPECS} == set(METHODS)


def test_every_form_of_a_spec_gives_the_spec_again():
    for spec in SPECS:
        assert from_query(to_query(spec)) == spec
        assert from_query(words_of(to_command(spec))) == spec
        assert parse_spec(spec_json(spec)) == spec
        assert parse_spec(spec.model_dump(mode="json")) == spec
        assert from_query(to_query(spec)).key == spec.key


@pytest.mark.parametrize("draw", [0, 1])
def test_half_of_cifar_goes_through_links_and_commands(draw: int):
    """Servers take 64 kB of a link, Linux 128 kB of one word of a command."""
    half = sorted(random.Random(0).sample(range(50_000), 25_000))
    text = "index=" + ",".join(map(str, half))
    after = [{"text": "index=" + ",".join(map(str, half[:9000])), "draw": draw}]
    spec = make_spec("cifar10", text, "none", after=after, settings={"model.data.pool": False})
    query = to_query(spec)
    assert {name for name in query if len(query[name]) > 100} == {"forget", "after"}
    assert max(map(len, query.values())) < 8400
    assert from_query(query) == from_query(words_of(to_command(spec))) == parse_spec(spec_json(spec)) == spec
    assert spec.after[0].text == after[0]["text"]  # as it was before lists were packed: older runs keep their names


def test_a_default_is_not_written_out():
    assert to_query(make_spec()) == {"dataset": "mnist-5k", "forget": "class=3", "method": "mu-mis"}
    assert to_query(make_spec("digits-noisy", method="none")).keys() == {"dataset", "forget", "method"}


def test_a_command_reads_as_a_person_would_write_it():
    settings = {"model.train.epochs": 5, "stop": "accuracy", "draws": 2}
    spec = make_spec("digits", forget="class=3:30%", seed=7, draw=1, gold_seeds=(1, 2, 3, 4, 5), settings=settings)
    assert to_command(spec) == (
        "python -m core run --dataset digits --forget class=3:30% --method mu-mis "
        "--set model.train.epochs=5 --seed 7 --draw 1 --set stop=accuracy --set draws=2 --gold-seeds 5"
    )


def test_the_python_lines_run_the_same_spec(monkeypatch: pytest.MonkeyPatch):
    import core

    seen: list[RunSpec] = []

    class Finished:
        result = {"accuracy": {}}

    monkeypatch.setattr(core, "execute", lambda spec: seen.append(spec) or iter([Finished]), raising=False)
    for spec in SPECS[:20]:
        exec(to_python(spec), {})
        assert seen.pop() == spec


def test_words_reach_their_places():
    spec = make_spec(
        "digits-noisy", "class=4", "random-label", recipe="cifar-fast", seed=4, draw=2, unlearn_seed=6, gold_seeds=(5,),
        after=(ForgetRequest(text="class=1"),),
        settings={"replay": "false", "model.width": "8", "measure.norm_images": 9, "model.train.augment": "shift"},
    )  # fmt: skip
    assert (spec.model.data.name, spec.model.arch, spec.model.seed, spec.model.width) == (
        "digits-noisy", "resnet-tiny", 4, 8,
    )  # fmt: skip
    assert (spec.model.train.batch_size, spec.model.train.augment) == (128, "shift")
    assert spec.forget == ForgetRequest(text="class=4", draw=2)
    assert spec.method == METHODS["random-label"](replay=False)
    assert (spec.unlearn_seed, spec.gold_seeds, spec.measure.norm_images) == (6, (5,), 9)
    assert spec.after == (ForgetRequest(text="class=1"),)


def test_earlier_requests_are_one_text_unless_that_loses_something():
    plain = make_spec("digits", forget="class=5", after=parse_requests("class=1:30%;index=5,17+class=3"))
    assert to_query(plain)["after"] == "class=1:30%;index=5,17+class=3"
    drawn = make_spec("digits", forget="class=5", after=(ForgetRequest(text="class=1:30%", draw=2),))
    assert to_query(drawn)["after"] == '[{"text": "class=1:30%", "draw": 2}]'
    named = make_spec("digits", forget="class=5", after=(ForgetRequest(text="class=cats;"),))  # of images of one's own
    for spec in (plain, drawn, named):
        assert from_query(to_query(spec)) == spec


def test_a_setting_is_the_same_by_its_short_and_by_its_dotted_name():
    paper = {"method.variant": "paper", "learning_rate": 0.5}
    assert make_spec("digits", settings=paper) == make_spec(
        "digits", settings={"variant": "paper", "method.learning_rate": "0.5"}
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"dataset": "mnits"}, "data set 'mnits' is not known; choose mnist-5k, "),
        ({"method": "mumis"}, "method 'mumis' is not known; choose mu-mis, "),
        ({"arch": "vgg"}, "architecture 'vgg' is not known; choose resnet-tiny"),
        ({"recipe": "fast"}, "recipe 'fast' is not known; choose digits, mnist-5k, cifar-fast"),
        ({"seed": 1}, "gold seed 1 is the original's seed"),
        ({"settings": {"max_steps": 0}}, "^max_steps = 0 is not allowed"),
        ({"settings": {"max_steps": "many"}}, "^max_steps = 'many' is not allowed"),
        ({"settings": {"cap": "NaN"}}, "^cap = nan is not allowed: input should be a finite number"),
        (
            {"settings": {"steps": "9" * 5000}},
            "^'steps' is not a setting here; choose variant, logits, stop, penalty",
        ),
        ({"settings": {"max_steps": "9" * 5000}}, "^max_steps = '999"),
        ({"settings": {"max_steps": "[" * 100_000}}, r"^max_steps = '\[\["),
        ({"settings": {"learning_rate": 0.1}}, "learning_rate = 0.1 is not used with variant = scale-free"),
        ({"settings": {"name": "none"}}, "^name = 'none' is not allowed: input should be 'mu-mis'"),
        ({"settings": {"model.train.epoch": 5}}, "'epoch' is not a setting here; choose epochs, batch_size"),
        ({"settings": {"modle.seed": 5}}, "'modle' is not a setting here; choose model, forget"),
        ({"settings": {"model.seed.x": 5}}, "'model.seed.x' is not a setting; name one, such as model.train.epochs"),
        ({"settings": {"gold_seeds.0": 5}}, "'gold_seeds.0' is not a setting"),
        ({"settings": {"model.train": 5}}, "model.train = 5 is not allowed"),
        ({"method": "none", "settings": {"max_steps": 5}}, "'max_steps' is not a setting here; there are none"),
    ],
)
def test_what_make_spec_refuses(words, message):
    with pytest.raises(InvalidSpec, match=message) as caught:
        make_spec(**words)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"seed": "x"}, "seed = 'x' is not a whole number"),
        ({"draw": "1.5"}, "draw = '1.5' is not a whole number"),
        ({"unlearn_seed": "9" * 5000}, "unlearn_seed = '9+...' is not a whole number"),
        ({"gold_seeds": "x"}, "gold seeds = 'x' is not a whole number"),
        ({"after": "class=3;;class=4"}, "the sequence 'class=3;;class=4' has an empty request"),
        ({"after": "[1"}, "after = '\\[1' is not allowed"),
        ({"after": '[{"txt": 1}]'}, "'txt' is not a setting here; choose text or draw"),
    ],
)
def test_what_from_query_refuses(query, message):
    with pytest.raises(InvalidSpec, match=message):
        from_query(query)


def test_from_query_passes_over_what_is_not_of_the_spec():
    assert from_query({"run": "abc", "page": "2"}) == make_spec()


def test_make_method_names_the_setting_alone():
    assert make_method("mu-mis").name == "mu-mis"
    with pytest.raises(InvalidSpec, match=r"^max_steps = 0 is not allowed"):
        make_method("mu-mis", {"max_steps": 0})


@pytest.mark.parametrize(
    ("text", "seeds"),
    [("0", ()), ("1", (1,)), ("3", (1, 2, 3)), ("4,", (4,)), ("4,7", (4, 7)), ("4, 7,", (4, 7))],
)
def test_gold_seeds(text: str, seeds: tuple[int, ...]):
    assert gold_seeds(text) == seeds


@pytest.mark.parametrize("text", ["", "-1", "65", ",", "4,,7", "1-3", "three"])
def test_gold_seeds_refuses(text: str):
    with pytest.raises(InvalidSpec, match=r"^gold seeds = "):
        gold_seeds(text)


def test_gold_and_initial_model_differ_from_the_original_as_they_should():
    model = ModelSpec(train={"epochs": 7, "learning_rate": 0.3}, width=9, seed=5)
    assert gold_model(model, 8, "ab").model_dump() == {**model.model_dump(), "seed": 8, "without": "ab"}
    initial = initial_model(model)
    assert initial.train.epochs == 0
    assert initial.replace(train=model.train) == model


def test_what_is_measured_on_request_survives_url_and_command():
    spec = make_spec("digits", settings={"measure.deep": "true", "measure.shadows": "32"})
    assert (spec.measure.deep, spec.measure.shadows) == (True, 32)
    assert to_query(spec)["set.measure.deep"] == "true"
    assert from_query(to_query(spec)) == spec
    assert "--set measure.deep=true --set measure.shadows=32" in to_command(spec)
