"""What the user can have got wrong."""


class RuleError(ValueError):
    """A rule file that can't be used: the message names file and rule, and says what to do."""


class Failure(Exception):
    """What went wrong, in a sentence for a person at a terminal."""
