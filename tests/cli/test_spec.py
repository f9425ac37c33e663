import json
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import parse_spec
from core.cli import main
from core.specs import to_command


def last_json(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_ids_from_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "ids").write_text("5\n17, 90\n")
    assert main(["plan", "--forget", f"index=@{tmp_path / 'ids'}+class=3:2", "--json"]) == 0
    assert last_json(capsys)["spec"]["forget"]["text"] == "index=5,17,90+class=3:2"


def test_masks_and_ids_in_the_pool(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    mask = np.zeros(1350, bool)  # the training images of the digits and their pool
    mask[[5, 17, 1200]] = True
    np.save(tmp_path / "mask.npy", mask)
    words = ["plan", "--dataset", "digits-noisy", "--forget", f"index=@{tmp_path / 'mask.npy'}", "--json"]
    assert main(words) == 2
    assert (
        "image 1200 is in the pool, on which no model is trained; with model.data.pool=false" in capsys.readouterr().err
    )
    assert main([*words, "--set", "model.data.pool=false"]) == 0
    assert last_json(capsys)["spec"]["forget"]["text"] == "index=5,17,1200"


def test_a_sequence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "ids").write_text("5 17")
    words = ["--after", "class=1", "--after", f"class=three+index=@{tmp_path / 'ids'}"]
    assert main(["plan", "--forget", "class=5", *words, "--json"]) == 0
    planned = last_json(capsys)
    assert [request["text"] for request in planned["spec"]["after"]] == ["class=1", "class=three+index=5,17"]
    command = shlex.split(to_command(parse_spec(planned["spec"])))
    assert main(["plan", *command[4:], "--json"]) == 0
    assert last_json(capsys)["run"] == planned["run"]
