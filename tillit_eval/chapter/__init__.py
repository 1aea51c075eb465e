"""Is the chapter true? Run it again and compare every number."""

from tillit_eval.chapter.capturing import capture
from tillit_eval.chapter.comparing import Difference, Reproduction, compare_chapters
from tillit_eval.chapter.drawing import draw_figure, run_checked
from tillit_eval.chapter.notebooks import read_chapter, write_chapter
from tillit_eval.chapter.places import Places, find_chapters
from tillit_eval.chapter.private import strip_private
from tillit_eval.chapter.reproducing import reproduce_chapters
from tillit_eval.chapter.running import run_chapter
from tillit_eval.chapter.sites import new_site
from tillit_eval.chapter.telling import Told, check_told, name_cells, tell_of

__all__ = [
    "Difference",
    "Places",
    "Reproduction",
    "Told",
    "capture",
    "check_told",
    "compare_chapters",
    "draw_figure",
    "find_chapters",
    "name_cells",
    "new_site",
    "read_chapter",
    "reproduce_chapters",
    "run_chapter",
    "run_checked",
    "strip_private",
    "tell_of",
    "write_chapter",
]
