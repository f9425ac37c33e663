from pathlib import Path

import numpy as np
import pytest

from core.datasets.packaged import packaged_table
from core.errors import DataUnavailable


def test_a_table_is_read_from_below_a_package_that_is_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    package = tmp_path / "some_package"
    (package / "data").mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError('nobody asked for it')")
    (package / "data" / "table.csv").write_text("1,2,3\n4,5,255\n")
    monkeypatch.syspath_prepend(tmp_path)
    table = packaged_table("some_package", "data/table.csv", "some-package")
    np.testing.assert_array_equal(table, [[1, 2, 3], [4, 5, 255]])
    assert table.dtype == np.int64


def test_without_the_package_one_sentence_says_what_to_install():
    with pytest.raises(DataUnavailable, match=r"come with some-package, .*pip install some-package"):
        packaged_table("a_package_that_nobody_has", "table.csv", "some-package")
