"""A coverage-guided fuzzer of texts and pages: `python fuzz/drive.py CORPUS -runs=100000` (needs `pip install atheris`).

Each input's first byte chooses a text or a page; what must hold is what tests/test_properties.py says.
"""

import sys

import atheris

with atheris.instrument_imports(include=["cleaner"]):
    from cleaner import KINDS, clean, explain


def check(data: bytes) -> None:
    """Raise AssertionError where a property does not hold."""
    if not data:
        return
    if data[0] % 4 == 0:
        clean(data[1:])
        explain(data[1:].decode("utf-8", "surrogateescape"), format="html", engine="own", metadata=False)
        return
    text = data[1:].decode("utf-8", "surrogateescape")
    done = explain(text, format="text")
    kept, at = "", 0
    for start, end in done.cuts:
        assert at <= start < end <= len(text), "a range is out of order"
        kept, at = kept + text[at:start], end
    assert kept + text[at:] == done.text, "kept and removed are not the input"
    assert clean(done.text, format="text") == done.text, "twice is not once"
    assert clean(text, format="text", keep=KINDS) == text, "something went though all kinds are kept"


if __name__ == "__main__":
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()
