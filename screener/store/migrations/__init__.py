"""The steps from an empty database to the present tables. A step that was released never changes."""

from typing import Final

REVISIONS: Final = ("0001", "0002", "0003", "0004")
HEAD: Final = REVISIONS[-1]
