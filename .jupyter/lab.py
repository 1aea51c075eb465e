"""Settings of `make lab`: notebooks under private/ are saved without their outputs."""

from tillit_eval.chapter import strip_private

c = get_config()  # type: ignore[name-defined]  # noqa: F821
c.FileContentsManager.pre_save_hook = strip_private
c.LabApp.default_url = "/lab/tree/notebooks/00_read_me_first.ipynb"
