import sys
from importlib.metadata import version

from core.experiment.versions import versions


def test_versions_are_those_of_the_installed_packages() -> None:
    found = versions()
    assert found["python"] == ".".join(map(str, sys.version_info[:3]))
    for name in ("torch", "numpy", "pandas"):
        assert found[name].partition("+")[0] == version(name).partition("+")[0]
    assert len(found) == 4
