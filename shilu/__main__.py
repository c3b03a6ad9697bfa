"""``python -m shilu`` is ``shilu``."""

from shilu.cli import main

if __name__ == "__main__":
    main()
