import io
import zipfile
from pathlib import Path

import pandas as pd

from core.export import export, files, weights_zip, zipped
from core.store import RunFolder


def unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_zip_and_folder_have_all_files(run: RunFolder, tmp_path: Path) -> None:
    kept = files(run)
    assert set(kept) >= {"spec.json", "result.json", "samples.parquet", "trajectory.parquet", "unlearned.safetensors",
                         "report.html", "notebook.ipynb", "MODEL_CARD.md"}  # fmt: skip
    assert unzipped(zipped(run)) == {f"{run.run}/{name}": data for name, data in kept.items()}
    export(run, tmp_path / "made/anew")
    assert {path.name: path.read_bytes() for path in (tmp_path / "made/anew").iterdir()} == kept
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "made/anew/samples.parquet"), run.samples())


def test_weights_come_with_their_card(run: RunFolder) -> None:
    found = unzipped(weights_zip(run))
    assert set(found) == {f"{run.run}/{name}" for name in ("unlearned.safetensors", "spec.json", "MODEL_CARD.md")}
    assert found[f"{run.run}/unlearned.safetensors"] == (run.folder / "unlearned.safetensors").read_bytes()


def test_an_unfinished_run_has_only_its_own_files(store, quick) -> None:
    assert set(files(store.run(store.submit(quick())))) == {"spec.json"}
