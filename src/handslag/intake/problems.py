"""What is wrong with a file."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """What is wrong, where (row 0 is the file as a whole, row 1 its heading), and how to mend it."""

    row: int
    column: str
    message: str


class Unreadable(Exception):
    """The file cannot be read on; carries the problem."""

    def __init__(self, message: str, row: int = 0, column: str = ""):
        super().__init__(message)
        self.problem = Problem(row, column, message)
