import json
import shlex
from pathlib import Path
from typing import Any

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


def test_a_sequence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "ids").write_text("5 17")
    words = ["--after", "class=1", "--after", f"class=three+index=@{tmp_path / 'ids'}"]
    assert main(["plan", "--forget", "class=5", *words, "--json"]) == 0
    planned = last_json(capsys)
    assert [request["text"] for request in planned["spec"]["after"]] == ["class=1", "class=three+index=5,17"]
    command = shlex.split(to_command(parse_spec(planned["spec"])))
    assert main(["plan", *command[4:], "--json"]) == 0
    assert last_json(capsys)["run"] == planned["run"]
