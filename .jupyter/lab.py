"""Settings of `make lab`: threads, and notebooks in private/ saved without outputs."""

import os

from tillit_eval.chapter import strip_private

# Matrices here are small: several threads wait for one another, and take longer.
for library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

c = get_config()  # type: ignore[name-defined]  # noqa: F821
c.FileContentsManager.pre_save_hook = strip_private
c.LabApp.default_url = "/lab/tree/notebooks/00_read_me_first.ipynb"
