import inspect

import pytest

from core import errors
from core.errors import DataUnavailable, Diverged, InvalidSpec, NotFound, StoreError, UnlearnError

CLASSES = [value for value in vars(errors).values() if inspect.isclass(value)]


@pytest.mark.parametrize("kind", [InvalidSpec, DataUnavailable, NotFound, StoreError, Diverged])
def test_every_error_is_caught_as_one_class_and_reads_as_its_sentence(kind: type[UnlearnError]):
    with pytest.raises(UnlearnError) as caught:
        raise kind("run 'a' is not in the store")
    assert str(caught.value) == "run 'a' is not in the store"


def test_python_code_can_catch_the_usual_classes():
    assert issubclass(InvalidSpec, ValueError)
    assert issubclass(NotFound, KeyError)


def test_the_tree_at_the_top_of_the_module_names_every_class():
    assert [kind.__name__ for kind in CLASSES if kind.__name__ not in errors.__doc__] == []
