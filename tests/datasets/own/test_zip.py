import stat
import warnings
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.datasets import add_images
from core.datasets.own import zip as zip_reader
from core.datasets.own.folder import read_folder
from core.datasets.own.zip import read_zip
from core.errors import InvalidSpec
from core.specs import data_info, own_datasets

Members = dict[str, bytes]


def png(value: int) -> bytes:
    file = BytesIO()
    Image.fromarray(np.full((8, 8), value, np.uint8)).save(file, "png")
    return file.getvalue()


def members() -> Members:
    return {f"{name}/{n}.png": png(100 * label + n) for label, name in enumerate(("cat", "dog")) for n in range(15)}


def packed(folder: Path, files: Members, top: str = "", method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(folder / "pets.zip", "w", method) as archive:
        for name, data in files.items():
            archive.writestr(top + name, data)
    return folder / "pets.zip"


@pytest.mark.parametrize("top", ["", "pets/"])
@pytest.mark.parametrize(
    "further", [{}, {"__MACOSX/cat/._0.png": b"x", "cat/.hidden.png": b"x", "readme.txt": b"hello"}]
)
def test_it_is_read_as_the_folder_that_was_packed(top: str, further: Members, tmp_path: Path) -> None:
    for name, data in members().items():
        (tmp_path / "pets" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "pets" / name).write_bytes(data)
    with zipfile.ZipFile(packed(tmp_path, members(), top), "a") as archive:
        for name, data in further.items():
            archive.writestr(top + name if name.startswith("cat/") else name, data)
    found, wanted = read_zip(tmp_path / "pets.zip"), read_folder(tmp_path / "pets")
    assert found.classes == wanted.classes
    for part, same in zip(found.arrays, wanted.arrays, strict=True):
        np.testing.assert_array_equal(part, same)
    assert [name.rpartition("/")[2] in found.notes[-1] for name in further] == [True] * len(further)
    name = add_images(f"zip:{tmp_path / 'pets.zip'}")
    assert name == add_images(f"folder:{tmp_path / 'pets'}")
    assert list(own_datasets()) == [name]
    assert data_info(name).title == "pets"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../../etc/cron.d/0.png", "a path outside the archive"),
        ("/etc/0.png", "a path outside the archive"),
        ("cat/./0.png", "a path outside the archive"),
        ("cat\\0.png", "a path outside the archive"),
        ("cat/fake.png", "not an image"),
    ],
)
def test_bad_names_and_files_are_named(name: str, why: str, tmp_path: Path) -> None:
    path = packed(tmp_path, members())
    with zipfile.ZipFile(path, "a") as archive:
        entry = zipfile.ZipInfo("x")
        entry.filename = name
        archive.writestr(entry, b"x")
    with pytest.raises(InvalidSpec) as refused:
        read_zip(path)
    assert str(refused.value) == f"{path} has 1 bad files, nothing was loaded: {name} ({why})"
    assert list(tmp_path.iterdir()) == [path]


def test_links_and_doubles_and_encrypted_files_are_named(tmp_path: Path) -> None:
    path = packed(tmp_path, members())
    with zipfile.ZipFile(path, "a") as archive, warnings.catch_warnings(action="ignore"):
        link = zipfile.ZipInfo("cat/link.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("dog/1.png", png(1))
    raw = bytearray(path.read_bytes())
    at = raw.rindex(b"PK\x01\x02", 0, raw.index(b"dog/2.png", raw.index(b"PK\x01\x02")))
    raw[at + 8] |= 1  # the flags of dog/2.png in the archive's directory
    path.write_bytes(raw)
    with pytest.raises(
        InvalidSpec, match=r"cat/link.png \(a link\), dog/1.png \(occurs twice\), dog/2.png \(encrypted\)"
    ):
        read_zip(path)


def test_bombs_are_refused_by_what_the_directory_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = bytes(zip_reader.MAX_FILE + 1)
    path = packed(tmp_path, members() | {"cat/bomb.png": bomb})
    assert path.stat().st_size < 100_000
    with pytest.raises(InvalidSpec, match=r"cat/bomb.png \(67,108,865 bytes\)"):
        read_zip(path)
    monkeypatch.setattr(zip_reader, "MAX_BYTES", 1000)
    with pytest.raises(InvalidSpec, match=r"unpacks to .* bytes; at most 1,000 are allowed"):
        read_zip(packed(tmp_path, members()))
    monkeypatch.setattr(zip_reader, "MAX_FILES", 10)
    with pytest.raises(InvalidSpec, match="holds 30 files; at most 10 are allowed"):
        read_zip(packed(tmp_path, members()))


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_member_that_is_damaged_is_named(method: int, tmp_path: Path) -> None:
    path = packed(tmp_path, members(), method=method)
    with zipfile.ZipFile(path) as archive:
        at = archive.getinfo("dog/3.png").header_offset + 40 + len("dog/3.png")
    raw = bytearray(path.read_bytes())
    raw[at] ^= 0xFF
    path.write_bytes(raw)
    with pytest.raises(InvalidSpec, match=r"1 bad files.*dog/3.png \("):
        read_zip(path)


@pytest.mark.parametrize("content", [b"", b"no zip file", b"PK\x05\x06" + b"\xff" * 18])
def test_a_file_that_is_not_a_zip_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(InvalidSpec, match=r"a.zip cannot be read as a zip file"):
        read_zip(tmp_path / "a.zip")


def test_a_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path, {"kätze/0.png": png(0)})
    path.write_bytes(path.read_bytes().replace("ä".encode(), b"\xff\xff"))
    with pytest.raises(InvalidSpec, match=r"pets.zip cannot be read as a zip file"):
        read_zip(path)


def test_empty_classes_are_named(tmp_path: Path) -> None:
    path = packed(tmp_path, members() | {"bird/": b"", "fish/readme.txt": b"hello"}, "pets/")
    assert read_zip(path).notes[-1] == (
        "Left out: files that are not images (1: pets/fish/readme.txt); "
        "folders without images (2: pets/bird, pets/fish)."
    )


@pytest.mark.parametrize("top", ["", "pets/"])
def test_a_zip_without_classes_is_refused(top: str, tmp_path: Path) -> None:
    path = packed(tmp_path, {f"{n}.png": png(n) for n in range(30)}, top)
    with pytest.raises(InvalidSpec, match=r"pets.zip: all 30 images are in one folder.*expected is train/CLASS"):
        read_zip(path)
