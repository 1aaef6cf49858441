"""The catalogue: of every rule and step its kind and what it is for, without reading the rule files."""

from __future__ import annotations

import json
import os
from functools import lru_cache

from cleaner.context import STEPS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

ENGINE = {"page/boilerplate": ("other", "Text between the article's paragraphs that the engine for pages does not hold for article.")}
_FILE = os.path.join(os.path.dirname(__file__), "noise", "index", "catalogue.json")


def catalogue(files: Iterable[str] = ()) -> dict[str, tuple[str, str]]:
    """Return id -> (kind, why) of all steps, shipped rules and rules of a user's files; raises RuleError.

    The kind of a step may differ from case to case; a removal has its own.

    >>> catalogue()["en/ad-marker"][0]
    'ad'
    """
    found = dict(_shipped())
    if files:
        from pathlib import Path

        from cleaner.rules import load

        found.update((rule.id, (rule.kind, rule.why)) for file in files for rule in load(Path(file)))
    return found


@lru_cache(maxsize=1)
def _shipped() -> dict[str, tuple[str, str]]:
    with open(_FILE, encoding="utf-8") as file:
        return {**STEPS, **ENGINE, **{name: (kind, why) for name, (kind, why) in json.load(file).items()}}
