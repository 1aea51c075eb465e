"""The front desk: what can be done from a terminal."""

from tillit_eval.cli.desk import main

__all__ = ["main"]
