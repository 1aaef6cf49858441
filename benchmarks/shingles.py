"""How much of a known text a tool found: shares of word 4-grams; scripts without spaces are cut into characters.

The measure of Bevendorff et al. 2023, https://doi.org/10.1145/3539618.3591920, and of zyte's article-extraction-benchmark.
"""

import re
from collections import Counter

_ALONE = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f"
_WORD = re.compile(rf"[{_ALONE}]|\w+?(?=[{_ALONE}]|\b)|\w+")


def grams(text: str, n: int = 4) -> Counter[tuple[str, ...]]:
    """Count the n-grams of a text; of one that is shorter, the whole of it."""
    tokens = _WORD.findall(text)
    return Counter(tuple(tokens[i : i + n]) for i in range(max(1, len(tokens) - n + 1)) if tokens[i : i + n])


def precision_recall(gold: str, text: str) -> tuple[float | None, float | None]:
    """Return the shares of the text's, and of the gold's, n-grams that both have; None where there are none.

    >>> precision_recall("The bridge is open again.", "Share! The bridge is open again.")
    (0.6666666666666666, 1.0)
    """
    a, b = grams(gold), grams(text)
    both = sum((a & b).values())
    return (both / sum(b.values()) if b else None if a else 1.0), (both / sum(a.values()) if a else None)
