"""Bytes to text and back: by byte order mark, by what the document declares, else by guessing."""

from __future__ import annotations

import codecs
import re
from functools import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = (  # compiled when first needed
    rb"""(?i)<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w:-]{2,40})|<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w:-]{2,40})"""
)
_CONTROL = bytes(set(range(32)) - {0, 9, 10, 11, 12, 13, 27})
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF")
_SIGNATURES = (*_PICTURES, b"%PDF-", b"PK\x03\x04", b"\x1f\x8b", b"\x7fELF", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"MZ\x90")


class Decoded:
    """A text, and the error handler that turns it back into the same bytes (for UTF-8)."""

    __slots__ = ("errors", "text")

    def __init__(self, text: str, errors: str = "surrogatepass") -> None:
        self.text = text
        self.errors = errors


def binary(data: bytes) -> bool:
    """Whether `data` is no text in any encoding: a known file signature, or many control characters.

    >>> binary(b"\\x89PNG\\r\\n\\x1a\\n"), binary("Grüße".encode("utf-16")), binary(b"a\\x00b")
    (True, False, False)
    """
    if data.startswith(_SIGNATURES):
        return True
    head = data[:65536]
    if not head or data.startswith(tuple(mark for mark, _ in _MARKS)) or _utf16(head):
        return False
    odd = len(head) - len(head.translate(None, _CONTROL)) + head.count(0)
    return odd > 8 and odd > 0.05 * len(head)


def decode(data: bytes) -> Decoded:
    """Return the text of `data`; a byte that fits no encoding survives as a lone surrogate.

    A byte order mark decides, then valid UTF-8, then what the document declares, then bs4's UnicodeDammit.

    >>> decode("Grüße".encode("latin-1")).text
    'Grüße'
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return Decoded(data.decode(name, "replace").removeprefix("\ufeff"))
    wide = _utf16(data[:4096])
    if wide:
        return Decoded(data.decode(wide, "replace"))
    try:
        return Decoded(data.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    try:
        return Decoded(data.decode("utf-8", "surrogatepass"))
    except UnicodeDecodeError:
        pass
    text = data.decode("utf-8", "surrogateescape")
    bad = sum("\udc80" <= c <= "\udcff" for c in text[:200_000])
    good = sum(c > "\x7f" for c in text[:200_000]) - bad
    if (bad <= 3 and bad < good) or bad * 10 < good:
        return Decoded(text, "surrogateescape")
    found = re.search(_DECLARED, data[:4096])
    if found is not None:
        name = (found[1] or found[2]).decode("ascii")
        try:
            if codecs.lookup(name).name != "utf-8":
                return Decoded(data.decode(name, "replace"))
        except LookupError:
            pass
    guess = _dammit()(data, ["windows-1252"] if _western(data) else [], is_html=False)
    if guess.unicode_markup:
        return Decoded(guess.unicode_markup)
    return Decoded(text, "surrogateescape")


@cache
def _dammit() -> Any:
    """Return bs4's guesser; its warning of bytes that fit nothing would reach standard error if nothing handled it."""
    import logging

    from bs4.dammit import UnicodeDammit

    logging.getLogger("bs4.dammit").addHandler(logging.NullHandler())
    return UnicodeDammit


def _western(data: bytes) -> bool:
    """Whether high bytes stand alone between ASCII letters, as accents do in Latin-1."""
    sample = data[:65536]
    return len(re.findall(rb"[\x80-\xff]{3,}", sample)) * 4 < len(re.findall(rb"[\x80-\xff]+", sample))


def _utf16(head: bytes) -> str:
    """Name the UTF-16 whose mark was left out, told by the zero in every other byte; or nothing."""
    if len(head) < 8 or 0 not in head:
        return ""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd > 0.7 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.7 * half and odd < 0.05 * half:
        return "utf-16-be"
    return ""


def encode(text: str, errors: str = "surrogatepass") -> bytes:
    """Return `text` as UTF-8, never failing."""
    try:
        return text.encode("utf-8", errors)
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
