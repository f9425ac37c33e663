"""Everything that core raises on purpose. ``str(error)`` is one sentence that a person can act on.

UnlearnError
├── InvalidSpec       a name, value or combination that is not allowed        (also a ValueError)
├── DataUnavailable   a data set that this machine does not have
│   └── DamagedData   its files are there, but damaged or others
├── NotFound          a run or model that the store does not hold             (also a KeyError)
├── StoreError        a store that can't be read or written, or a run in the wrong state for what was asked
└── Diverged          a method that left a model whose answers are not numbers
"""


class UnlearnError(Exception):
    """Base of the tree: pages and the command line catch this one class."""


class InvalidSpec(UnlearnError, ValueError):
    """A name, value or combination that is not allowed; the message names it and what is allowed."""


class DataUnavailable(UnlearnError):
    """A data set that is not on this machine."""


class DamagedData(DataUnavailable):
    """Files of a data set that are damaged, or not those that they seem to be; a new download can replace them."""


class NotFound(UnlearnError, KeyError):
    """A run or model that the store does not hold."""

    __str__ = Exception.__str__  # KeyError would put the sentence in quotation marks


class StoreError(UnlearnError):
    """A store that can't be read or written, or a run that is in the wrong state for what was asked."""


class Diverged(UnlearnError):
    """A method that left a model whose answers are not finite numbers."""
