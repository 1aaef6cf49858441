"""A coverage-guided fuzzer: `python fuzz/drive.py CORPUS -runs=100000` (needs `pip install atheris` and the extra "corpus").

`--only=rows,table` searches with these properties alone, the cheap ones of which run thousands of times a second.
With `--seeds CORPUS` it only writes inputs to begin with: the fixtures, the rule files, command lines and rows of every format.
What must hold, and how an input is read, says properties.py. A new failure belongs in tests/test_fuzz.py.
"""

import gzip
import sys
from pathlib import Path

HERE = Path(__file__).parent
SEEDS = {
    "rows": [
        b'{"text": "One.\\nAdvertisement\\nTwo.", "n": 1.0}\n',
        b'{"text": null}\n\n{"a": [1, {}]}\n',
        gzip.compress(b'{"text": "a"}\n'),
    ],
    "table": [b'"One.\nAdvertisement",http://a.example/\nb,\n', b"a;b\n", b'"a""b"\tc\n'],
    "crawl": [
        b"\r\n<p>One.</p>",
        b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"<p>One.</p>"),
        b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
    ],
    "rule": [
        b"\x01(also|must) read\n\n\n\n\nAlso read",
        b"\x00\\[x\\]\n[x]\n\n\n\nA [x] b",
        b"\x04\n\n\n\ndiv.x\nx",
        b"\x02\n\nmore news\nsee also\n\nSee also: x",
    ],
    "words": [
        b"--format\njsonl\n-o\nout\n--keep=embed,ad\n-j\n2\na.txt",
        b"--timeout=1e3\n--max-size\n0.5\n--port\n80\n--seed=3",
        b"-qhV\n--\n-x\n-",
    ],
    "stays": [b"Also read: Who paid for it", b"#1 | \xe2\x80\x9cRead\xe2\x80\x9d \\ more (" * 5, b"***"],
    "lines": [bytes(range(k, k + 90)) for k in range(0, 160, 8)],
    "seam": [bytes(range(k, k + 90)) for k in range(0, 160, 8)],
    "built": [bytes(range(k, k + 90)) for k in range(0, 160, 8)],
}


def seed(corpus: Path) -> None:
    """Write inputs to begin with."""
    from properties import TARGETS

    number = {target.__name__: k for k, target in enumerate(TARGETS)}
    found = [(name, data) for name, several in SEEDS.items() for data in several]
    found += [("text" if path.suffix == ".txt" else "page", path.read_bytes()) for path in HERE.parent.glob("fixtures/*/input.*")]
    found += [("shown", path.read_bytes()) for path in HERE.parent.glob("fixtures/*/input.*")]
    found += [("rules", path.read_bytes()[:3000]) for path in HERE.parent.glob("cleaner/noise/*.toml")]
    corpus.mkdir(parents=True, exist_ok=True)
    for k, (name, data) in enumerate(found):
        (corpus / f"seed-{k:04}").write_bytes(bytes([number[name]]) + data)


def main() -> None:
    """Search until libFuzzer's options say to stop; its corpus grows by what reaches new code."""
    if sys.argv[1:2] == ["--seeds"]:
        seed(Path(sys.argv[2]))
        return
    import atheris

    with atheris.instrument_imports(include=["cleaner"]):
        from properties import TARGETS, check

    only = [word.removeprefix("--only=").split(",") for word in sys.argv if word.startswith("--only=")]
    wanted = [k for k, target in enumerate(TARGETS) if not only or target.__name__ in only[0]]

    def search(data: bytes) -> None:
        if data and data[0] % len(TARGETS) not in wanted:
            data = bytes([wanted[data[0] % len(wanted)]]) + data[1:]
        check(data)

    atheris.Setup([word for word in sys.argv if not word.startswith("--only=")], search)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
