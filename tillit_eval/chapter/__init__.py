"""Is the chapter true? Run it again and compare every number."""

from tillit_eval.chapter.capturing import capture
from tillit_eval.chapter.comparing import Difference, Reproduction, compare_chapters
from tillit_eval.chapter.drawing import draw_figure
from tillit_eval.chapter.notebooks import read_chapter, write_chapter
from tillit_eval.chapter.places import Places, find_chapters
from tillit_eval.chapter.private import strip_private
from tillit_eval.chapter.reproducing import reproduce_chapters
from tillit_eval.chapter.running import run_chapter
from tillit_eval.chapter.sites import new_site

__all__ = [
    "Difference",
    "Places",
    "Reproduction",
    "capture",
    "compare_chapters",
    "draw_figure",
    "find_chapters",
    "new_site",
    "read_chapter",
    "reproduce_chapters",
    "run_chapter",
    "strip_private",
    "write_chapter",
]
