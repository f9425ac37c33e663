"""Several requests one after another: the run of every step."""

from core.specs.runs import RunSpec


def sequence_runs(last: RunSpec, *, golds_between: bool = True) -> tuple[RunSpec, ...]:
    """One run per request: the first alone, then each after those before it. The last is ``last`` itself.

    Args:
        golds_between: whether golds are retrained for every step, or for the last one only.
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
