"""What the user can have got wrong."""


class RuleError(ValueError):
    """A rule file that can't be used: the message names file and rule, and says what to do."""


class Failure(Exception):
    """What went wrong, in a sentence for a person at a terminal."""


class TooLarge(Exception):
    """A document of more lines or elements than can be judged in bounded time and memory; the message says how many."""
