"""HiGHS as the solvers of the house use it: silent, for standard output belongs to the JSON of commands."""

import highspy


class QuietHighs(highspy.Highs):
    """HiGHS that does not print its banner."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # highspy leaves it unannotated

    def enableCallbacks(self) -> None:  # noqa: N802 - highspy's name; runs before any option could be set
        """Fall silent, then listen."""
        self.silent()
        super().enableCallbacks()  # type: ignore[no-untyped-call] # highspy leaves it unannotated
