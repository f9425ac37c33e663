from core.store.store import PROJECT
from pages.ui.shell.links import PAGES


def test_every_script_has_one_name_and_the_numbers_follow_the_menu() -> None:
    scripts = [script for script, _ in PAGES.values()]
    found = sorted((PROJECT / "pages").glob("*.py"), key=lambda path: int(path.name.partition("_")[0]))
    assert scripts == ["app.py", *(path.relative_to(PROJECT).as_posix() for path in found)]


def test_no_page_names_another_by_its_path() -> None:
    sources = [PROJECT / "app.py", *(PROJECT / "pages").rglob("*.py")]
    naming = [path.name for path in sources if '"pages/' in path.read_text()]
    assert naming == ["links.py"]
