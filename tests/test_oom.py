import pytest
import torch

from core.oom import map_batches, memory_notes, note_memory, retry_on_oom


def fits(most: int, tried: list[int]):
    """Work that needs memory for as many images as it is given."""

    def work(size: int) -> str:
        tried.append(size)
        if size > most:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return f"done with {size}"

    return work


@pytest.mark.parametrize(
    ("size", "most", "tries"), [(8, 8, [8]), (100, 30, [100, 50, 25]), (5, 1, [5, 2, 1]), (7, 3, [7, 3])]
)
def test_half_as_much_until_it_fits(size: int, most: int, tries: list[int]):
    tried: list[int] = []
    assert retry_on_oom(fits(most, tried), size) == (f"done with {tries[-1]}", tries[-1])
    assert tried == tries


def test_less_than_the_least_is_not_tried():
    tried: list[int] = []
    with pytest.raises(torch.OutOfMemoryError):
        retry_on_oom(fits(1, tried), 9, least=3)
    assert tried == [9, 4, 3]


def test_the_failed_attempt_holds_nothing_when_the_next_begins():
    alive: list[bool] = []

    class Big:
        def __del__(self) -> None:
            alive[0] = False

    def work(size: int) -> None:
        if size == 4:
            big = Big()
            alive.append(big is not None)
            raise torch.OutOfMemoryError("CUDA out of memory")
        assert alive == [False]

    retry_on_oom(work, 4)


def test_batches_get_smaller_from_where_memory_ends():
    rows, others, sizes = torch.arange(20), torch.arange(20, 40), []

    def work(part: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
        sizes.append(len(part))
        if len(part) > 3 and 8 in part:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return part + other

    with memory_notes() as notes:
        assert torch.equal(torch.cat(list(map_batches(work, 8, rows, others))), rows + others)
    assert sizes == [8, 8, 4, 2, *[2] * 5]  # what is done is not done again, and what did not fit is not tried again
    assert notes == [
        "There was not enough device memory for 8 images at once, so batches of 2 were used; this changes "
        "numbers only by rounding."
    ]


def test_no_rows_are_one_batch():
    assert [len(part) for part in map_batches(lambda part: part, 8, torch.empty(0, 3))] == [0]


def test_the_innermost_list_gets_a_sentence_once():
    note_memory("for anything")  # nobody listens
    with memory_notes() as outer:
        with memory_notes() as inner:
            note_memory("for two")
            note_memory("for two")
        note_memory("for one")
    assert inner == ["There was not enough device memory for two."]
    assert outer == ["There was not enough device memory for one."]


def test_runs_that_alternate_keep_their_own_lists():
    first, second = memory_notes(), memory_notes()
    one = first.__enter__()
    two = second.__enter__()
    first.__exit__(None, None, None)
    note_memory("for two")
    second.__exit__(None, None, None)
    assert (one, two) == ([], ["There was not enough device memory for two."])


@pytest.mark.parametrize(
    "said",
    [
        "GET was unable to find an engine to execute this computation",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
    ],
)
def test_what_the_libraries_say_where_memory_ends_counts_too(said: str):
    def work(size: int) -> int:
        if size > 2:
            raise RuntimeError(said)
        return size

    assert retry_on_oom(work, 8) == (2, 2)
    with pytest.raises(RuntimeError, match=r"engine|ALLOC"):
        retry_on_oom(work, 8, least=3)


def test_other_errors_pass():
    def work(size: int) -> None:
        raise RuntimeError("no luck")

    with pytest.raises(RuntimeError, match="no luck"):
        retry_on_oom(work, 4)
