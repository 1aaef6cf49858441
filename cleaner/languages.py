"""Languages: which rule files a text calls for, told by its script and its commonest words.

Only to save time: a rule of another language would rarely find anything. English goes with every text, for its
labels stand on sites of all countries, and a short text calls for all.
"""

import re
from functools import cache

ALWAYS = ("any", "en")
FEW = 40  # different words; a text with fewer calls for every language
MANY = 250  # words that are enough to tell
ENOUGH = 4  # of a group's words that must occur

# group -> (its rule files, words of theirs that hardly any text goes without)
_LATIN = {
    "german": ("de", "und der die das den dem nicht mit von für auf ist sich auch eine wird wurde hat sind nach"),
    "dutch": ("nl", "het een van en niet dat voor met zijn op ook aan bij door werd heeft worden naar maar deze"),
    "nordic": ("da is no sv", "och att det som på är av för med till inte har og ikke til også fra var ble blev den en"),
    "finnic": ("et fi", "ja ei että myös mutta ovat oli se hän kun sekä ning kui mis oma aga ka tema oli ole"),
    "french": ("fr", "le la les des une est dans pour que qui sur pas avec par au plus cette aux été sont"),
    "iberian": ("ca es pt", "el la los las del que una por con para como más não uma com dos em os ao els amb per més és seva"),
    "italian": ("it", "il di che della per una con del gli alla sono anche non nel più dei delle è stato ha"),
    "romanian": ("ro", "și în de la cu pe este care din nu au fost pentru sunt mai prin ca că acest dintre"),
    "slavic": (
        "bs cs hr pl sk sl sr",
        "je se na že jako ale byl za které sa že nie ako bol jest nie się na do że jak i u da su od kao ki bi pa so tudi",
    ),
    "baltic": ("lt lv", "ir kad su tai yra iš bei už buvo kaip jo un ar no par kas tika lai pie arī bija nav"),
    "hungarian": ("hu", "a az és hogy nem egy volt meg is csak már mint szerint lesz kell vagy után még ezt azt"),
    "turkish": ("tr", "ve bir bu için ile da de olarak olan daha çok gibi sonra kadar ise dedi büyük yeni göre var"),
    "malay": ("id ms tl", "yang dan di ini itu dengan untuk dari dalam pada tidak akan telah ang ng sa mga na ay para daripada kepada"),
    "swahili": ("sw", "ya na wa kwa ni katika za la hiyo huyo kuwa wakati baada alisema pia watu hilo cha"),
    "vietnamese": ("vi", "và của là có được cho không trong một với các đã này người những khi từ đến ở về"),
}
# group -> (its rule files, the first and last code point of its script)
_SCRIPTS = {
    "greek": ("el", 0x370, 0x3FF),
    "cyrillic": ("bg mk ru sr uk", 0x400, 0x4FF),
    "hebrew": ("he", 0x590, 0x5FF),
    "arabic": ("ar fa ur", 0x600, 0x6FF),
    "devanagari": ("hi mr ne", 0x900, 0x97F),
    "bengali": ("bn", 0x980, 0x9FF),
    "gurmukhi": ("pa", 0xA00, 0xA7F),
    "gujarati": ("gu", 0xA80, 0xAFF),
    "tamil": ("ta", 0xB80, 0xBFF),
    "telugu": ("te", 0xC00, 0xC7F),
    "kannada": ("kn", 0xC80, 0xCFF),
    "malayalam": ("ml", 0xD00, 0xD7F),
    "thai": ("th", 0xE00, 0xE7F),
    "kana": ("ja", 0x3040, 0x30FF),
    "han": ("zh", 0x3400, 0x9FFF),
    "hangul": ("ko", 0xAC00, 0xD7AF),
}
_WORDS = {group: frozenset(words.encode().split()) for group, (_, words) in _LATIN.items()}
_COMMON = frozenset().union(*_WORDS.values())
_PAGES = {page: group for group, (_, first, last) in _SCRIPTS.items() for page in range(first >> 7, (last >> 7) + 1)}
GROUPS = {
    "base": ALWAYS,
    **{group: tuple(files.split()) for group, (files, _) in _LATIN.items()},
    **{group: tuple(files.split()) for group, (files, _, _) in _SCRIPTS.items()},
}


def called(text: str, words: list[bytes]) -> frozenset[str]:
    """Return the groups of languages that a text calls for; `words` are its words in lower case, in UTF-8.

    >>> story = b"the mayor opened a bridge " + b" ".join(b"%d" % n for n in range(100, 150))
    >>> sorted(called("...", story.split()))
    ['base']
    >>> sorted(called("... пока", story.split()))
    ['base', 'cyrillic']
    """
    if len(words) < 10 * FEW and len(set(words)) < FEW:
        return frozenset(GROUPS)
    found = ["base"]
    common = _COMMON.intersection(words[:: len(words) // MANY + 1])
    if len(common) >= ENOUGH:
        found += [group for group, its in _WORDS.items() if len(its & common) >= ENOUGH]
    if not text.isascii():
        some = text if len(text) < 2000 else text[::5]  # no script stands in a single word
        if _scripts().search(some):
            pages = {ord(letter) >> 7 for letter in set(some)}  # a script begins and ends at a multiple of 128, nearly
            found += [_PAGES[page] for page in pages & _PAGES.keys()]
    return frozenset(found)


@cache
def _scripts() -> re.Pattern[str]:
    return re.compile("[" + "".join(f"{chr(first & ~127)}-{chr(last | 127)}" for _, first, last in _SCRIPTS.values()) + "]")
