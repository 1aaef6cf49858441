"""Line rules of well-known corpora, written anew after their papers: what people use on text that is scraped already."""

import re
from collections.abc import Callable

Clean = Callable[[str], str]

# C4: Raffel et al. 2020, https://arxiv.org/abs/1910.10683, section 2.2; rules for whole pages left out
_C4_ENDS = (".", "!", "?", '"', "”")
_C4_WORDS = 5
_C4_LINES = ("javascript", "terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")

# RefinedWeb: Penedo et al. 2023, https://arxiv.org/abs/2306.01116, appendix G.2, table 13
_COUNTER = re.compile(
    r"\W*[\d.,]+\s*[KMkm]?\s*(likes?|shares?|comments?|retweets?|reposts?|quotes?|bookmarks?|upvotes?|downvotes?|downloads?|views?|followers?)\W*"
)
_SHORT = 10  # words
_PROMPT = re.compile(
    r"^\W*(sign[ -]?in|log[ -]?in|sign[ -]?up)\b|\b(read more|see more|show more|continue reading)\W*$|\bitems in cart\b", re.IGNORECASE
)

_STOPLISTS = {
    "en": "English",
    "it": "Italian",
    "vi": "Vietnamese",
    "ru": "Russian",
    "id": "Indonesian",
    "tr": "Turkish",
    "es": "Spanish",
    "nl": "Dutch",
}


def _kept(keep: Callable[[str], bool]) -> Clean:
    return lambda text: "\n".join(line for line in text.split("\n") if not line.strip() or keep(line.strip()))


def c4(line: str) -> bool:
    """Whether C4's rules keep a line.

    >>> c4("The bridge is open again, she said."), c4("Read more")
    (True, False)
    """
    low = line.lower()
    return line.endswith(_C4_ENDS) and not line.endswith("...") and len(line.split()) >= _C4_WORDS and not any(w in low for w in _C4_LINES)


def refined_web(line: str) -> bool:
    """Whether RefinedWeb's corrections by line keep a line.

    >>> refined_web("The bridge is open again, she said."), refined_web("3 likes"), refined_web("SHARE THIS PAGE")
    (True, False, False)
    """
    letters = [c for c in line if c.isalpha()]
    upper = sum(c.isupper() for c in letters) > len(letters) / 2
    words = line.split()
    prompt = len(words) <= _SHORT and _PROMPT.search(line)
    return bool(letters) and not upper and len(words) > 1 and not _COUNTER.fullmatch(line) and not prompt


def _justext(lang: str) -> Clean:
    import justext
    from lxml.html import builder, tostring

    words = justext.get_stoplist(_STOPLISTS[lang])

    def keep(text: str) -> str:
        lines = text.split("\n")
        there = [number for number, line in enumerate(lines) if line.strip()]
        page = tostring(builder.BODY(*(builder.P(lines[number]) for number in there)), encoding="unicode")
        judged = justext.justext(f"<html>{page}</html>", words)
        gone = {number for number, p in zip(there, judged, strict=True) if p.is_boilerplate}
        return "\n".join(line for number, line in enumerate(lines) if number not in gone)

    return keep


def tools(lang: str) -> dict[str, Callable[[], Clean]]:
    """Return what loads each tool, for texts of one language."""

    def cleaner() -> Clean:
        from cleaner import clean

        return lambda text: clean(text, format="text")

    return {
        "no cleaning": lambda: lambda text: text,
        "C4's line rules": lambda: _kept(c4),
        "RefinedWeb's line rules": lambda: _kept(refined_web),
        "jusText, a line a paragraph": lambda: _justext(lang),
        "cleaner": cleaner,
    }
