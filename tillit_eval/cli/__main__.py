"""Let ``python -m tillit_eval.cli`` do what ``tillit`` does."""

from tillit_eval.cli.desk import main

if __name__ == "__main__":
    raise SystemExit(main())
