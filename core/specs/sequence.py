"""The runs of a sequence of forget requests."""

from core.specs.runs import RunSpec


def sequence_runs(last: RunSpec, *, golds_between: bool = True) -> tuple[RunSpec, ...]:
    """One run per request; each starts after the requests before it. The last run is ``last`` itself.

    Args:
        golds_between: retrain golds for every request, not only for the last one.
    """
    requests = (*last.after, last.forget)
    return tuple(
        last.replace(
            after=requests[:n],
            forget=request,
            gold_seeds=last.gold_seeds if golds_between or n == len(last.after) else (),
        )
        for n, request in enumerate(requests)
    )
