"""The formats: which one a name or a content tells, and the module that reads it."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from typing import Any

from cleaner.corpus.document import Document, Fields
from cleaner.corpus.places import COMPRESSIONS, opened
from cleaner.errors import Failure

ENDINGS = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".warc": "warc",
    ".wacz": "warc",
    ".txt": "text",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
}
MODULES = {"jsonl": "jsonl", "csv": "delimited", "parquet": "parquet", "warc": "archive"}  # of tables and archives
NEEDS = {"parquet": "pyarrow", "warc": "fastwarc"}


def split(name: str) -> tuple[str, str, str]:
    """Return a name's stem, its ending, and the ending of its compression.

    >>> split("news/2025.JSONL.gz")
    ('news/2025', '.jsonl', '.gz')
    """
    stem, last = os.path.splitext(name)
    if last.lower() in COMPRESSIONS:
        stem, before = os.path.splitext(stem)
        return stem, before.lower(), last.lower()
    return stem, last.lower(), ""


def told_by(name: str) -> str:
    """Return the format that a name tells, or nothing.

    >>> told_by("a.jsonl.zst"), told_by("page.HTML"), told_by("data.json")
    ('jsonl', 'html', '')
    """
    return ENDINGS.get(split(name)[1], "")


def module(format: str) -> Any:
    """Return the module that reads a table's format; raises Failure where a package is missing."""
    try:
        return importlib.import_module(f"cleaner.corpus.{MODULES.get(format, format)}")
    except ImportError as error:
        if (error.name or "").partition(".")[0] != NEEDS.get(format):
            raise
        raise Failure(f"the format {format} needs {NEEDS[format]}: pip install 'news-cleaner[corpus]'") from None


def documents(location: str, fields: Fields = Fields(), format: str = "auto") -> Iterator[Document]:  # noqa: B008
    """Yield the documents of a table or an archive: a path, an address that fsspec knows, or "-".

    `format`: jsonl, csv, parquet or warc, or "auto", which goes by the name. Raises OSError, Failure, and Broken where the
    input ends early, after the documents before.
    """
    format = told_by(location) if format == "auto" else format
    if format not in MODULES:
        raise Failure(f"{location}: this is no table by its name: say which format it has, one of {', '.join(MODULES)}")
    reader = module(format)
    with opened(location) as file:
        for chunk in reader.chunks(file, fields):
            yield from reader.documents(chunk, location, fields)
