"""The exceptions of core. ``str(error)`` is one sentence that a person can act on.

UnlearnError
├── InvalidSpec       a name, value or combination that is not allowed        (also a ValueError)
├── DataUnavailable   a data set that this machine does not have
│   └── DamagedData   its files are damaged or not the expected ones
├── NotFound          a run or model that the store does not hold             (also a KeyError)
├── StoreError        a store that can't be read or written, or a run in the wrong state for what was asked
│   └── ReadOnly      a change that was asked of a read-only server
└── Diverged          a model whose outputs are no longer finite numbers
"""


class UnlearnError(Exception):
    """Base class: pages and the command line catch only this one."""


class InvalidSpec(UnlearnError, ValueError):
    """A name, value or combination that is not allowed; the message names it and what is allowed."""


class DataUnavailable(UnlearnError):
    """A data set that is not on this machine."""


class DamagedData(DataUnavailable):
    """Files of a data set that are damaged or not the expected ones; a new download can replace them."""


class NotFound(UnlearnError, KeyError):
    """A run or model that the store does not hold."""

    __str__ = Exception.__str__  # KeyError would add quotation marks


class StoreError(UnlearnError):
    """A store that can't be read or written, or a run that is in the wrong state for what was asked."""


class ReadOnly(StoreError):
    """A change that was asked of a read-only server (``UNLEARN_READONLY=1``)."""


class Diverged(UnlearnError):
    """A method produced a model whose outputs are not finite."""
