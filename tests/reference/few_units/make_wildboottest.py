"""Writes wildboottest.csv: a second oracle for the wild cluster bootstrap.

Run from the project root, where wildboottest 0.3.2 is installed (it need not be in
the environment of the tests):

    python tests/reference/few_units/make_wildboottest.py

It lists all signs of up to 10 units, studentises with CR1 errors and imposes the
null, as we do. It counts draws strictly beyond the observed statistic, so the two
draws that are the data themselves, and any tie, may be left out.
"""

from __future__ import annotations

import contextlib
import io
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.api as sm
from wildboottest.wildboottest import wildboottest

HERE = Path(__file__).parent
QUESTIONS = {"wave": ["wave"], "arms": ["wave", "treated", "both"]}


def p_value(rows: pd.DataFrame, question: str, null: float) -> float:
    """Return p against a change of `null`, taken from the answers after."""
    rows = rows.assign(both=rows["wave"] * rows["treated"])
    names = QUESTIONS[question]
    x = np.column_stack([np.ones(len(rows)), rows[names].to_numpy(float)])
    frame = pd.DataFrame(x, columns=["one", *names])
    y = rows["y"].to_numpy(float) - null * frame[names[-1]].to_numpy()
    cluster = pd.Series(pd.factorize(rows["unit"])[0])
    model = sm.OLS(y, frame)
    with contextlib.redirect_stdout(io.StringIO()):
        found = wildboottest(
            model, param=names[-1], cluster=cluster, B=99_999, seed=1, show=False
        )
    return float(found["p-value"].iloc[0])


def main() -> None:
    """Write the p values beside this script."""
    rows = pd.read_csv(HERE / "inputs" / "rows.csv")
    lines = [f"# wildboottest {version('wildboottest')}, numpy {np.__version__}"]
    lines.append("layout,question,null,p_value")
    for layout in ("six", "eight", "ten"):
        mine = rows[rows["layout"] == layout].reset_index(drop=True)
        for question in QUESTIONS:
            for null in (0.0, 1.0, -2.0, 4.5):
                p = p_value(mine, question, null)
                lines.append(f"{layout},{question},{null:g},{p:.15g}")
    (HERE / "wildboottest.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
