import pandas as pd

from core.bench.paper_trajectories import falls


def test_falls_are_steps_from_the_start():
    steps = pd.DataFrame({"step": [0, 1, 2, 3], "FA": [0.9, 0.86, 0.85, 0.2], "RA": [0.95, 0.99, 0.91, 0.92]})
    assert falls(steps, "FA") == "step 2"
    assert falls(steps, "RA") == "never"
