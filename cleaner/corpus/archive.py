"""WARC and WACZ: the text and HTML responses of a crawl, read by fastwarc; they come out as rows of address, date and text."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, NamedTuple

from fastwarc.warc import ArchiveIterator, WarcRecordType

from cleaner.corpus.document import Broken, Document, Fields, Plain
from cleaner.corpus.places import BLOCK, decompressed
from cleaner.decode import decode

TYPES = ("text/html", "application/xhtml+xml", "text/plain")
LINE = 1 << 16  # bytes of a header line
TOGETHER = 64  # responses of a piece at most


class Response(NamedTuple):
    """What a site answered: its body as bytes, and the encoding that the answer names."""

    url: str
    date: str
    record: str
    body: bytes
    charset: str | None


class Responses(NamedTuple):
    """Some responses, the number of the first, and how many pictures, redirects and errors stood among them."""

    first: int
    found: list[Response]
    skipped: int


def chunks(file: IO[bytes], fields: Fields) -> Iterator[Responses]:
    """Yield the text and HTML responses with a status of success, some at a time; raises Broken."""
    first, size, skipped = 1, 0, 0
    group: list[Response] = []
    try:
        for response in _responses(file, fields.largest):
            if response is None:
                skipped += 1
                continue
            group.append(response)
            size += len(response.body)
            if size >= BLOCK or len(group) >= TOGETHER:
                yield Responses(first, group, skipped)
                first, group, size, skipped = first + len(group), [], 0, 0
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        yield Responses(first, group, skipped)
        raise Broken(f"can't read on after {first - 1 + len(group)} responses: {error}") from None
    if group or skipped:
        yield Responses(first, group, skipped)


def _responses(file: IO[bytes], largest: int) -> Iterator[Response | None]:
    if not file.seekable():
        with tempfile.TemporaryFile() as whole:  # fastwarc and zipfile go back and forth
            shutil.copyfileobj(file, whole)
            whole.seek(0)
            yield from _responses(whole, largest)
        return
    zipped = file.read(4) == b"PK\x03\x04"
    file.seek(0)
    if not zipped:
        yield from _of(file, largest)
        return
    with zipfile.ZipFile(file) as bundle:
        for name in sorted(bundle.namelist()):
            if name.startswith("archive/") and name.endswith((".warc", ".warc.gz")):
                with bundle.open(name) as inner:
                    yield from _of(inner, largest)


def _of(file: IO[bytes], largest: int) -> Iterator[Response | None]:
    """Yield the responses of an archive, None for one that is no text; raises EOFError where the last record is not whole."""
    last = 0
    # auto_decode undoes chunks and compression of the transfer
    for record in ArchiveIterator(file, record_types=WarcRecordType.response, auto_decode="all"):
        last = record.stream_pos
        http = record.http_headers
        status = http.status_code if http is not None else None
        if status is None or not 200 <= status < 300 or (record.http_content_type or "").lower() not in TYPES:
            yield None
            continue
        headers = record.headers
        url, date = headers.get("WARC-Target-URI") or "", headers.get("WARC-Date") or ""
        yield Response(url.strip("<>"), date, record.record_id or "", record.reader.read(largest + 1), record.http_charset)
    if file.seekable():
        file.seek(last)
        if not _whole(decompressed(file)):
            raise EOFError("the archive ends in the middle of a record")


def _whole(file: IO[bytes]) -> bool:
    """Whether records end where they say: fastwarc takes the end of a file for the end of its last record."""
    while line := file.readline(LINE):
        length = 0
        while line.strip():
            name, _, value = line.partition(b":")
            if name.strip().lower() == b"content-length" and value.strip().isdigit():
                length = int(value.strip()[:18])
            line = file.readline(LINE)
            if not line:
                return False
        while length:
            block = file.read(min(length, BLOCK))
            if not block:
                return False
            length -= len(block)
    return True


def documents(chunk: Responses, name: str, fields: Fields) -> Iterator[Document]:
    """Yield a document a response, with its address."""
    for number, response in enumerate(chunk.found, chunk.first):
        about = {"url": response.url, "date": response.date, "record": response.record}
        if len(response.body) > fields.largest:
            problem = f"larger than {fields.largest / 1e6:g} MB: left out; raise --max-size"
            yield Document(None, f"{name}:{number}", response.url, Plain(about), problem)
            continue
        text = _text(response)
        yield Document(text, f"{name}:{number}", response.url, Plain({**about, fields.text: text}))


def _text(response: Response) -> str:
    try:
        return response.body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        if response.charset and response.charset.lower() not in ("utf-8", "utf8"):
            return response.body.decode(response.charset)
    except (UnicodeDecodeError, LookupError):
        pass
    return decode(response.body).text
