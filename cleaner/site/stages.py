"""Site memory on a cluster: two stages for datatrove's pipelines, and `cleaner learn PARTS/*.db -o site.db` joins what they make.

The first stage reads documents, each task its share, and sorts what is remembered of them into parts by host. The second
counts a part at a time: all of a site's articles meet in one task, so copies are known wherever they were read.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pyarrow as pa
from datatrove.data import Document
from datatrove.io import get_datafolder
from datatrove.pipeline.base import PipelineStep
from pyarrow import parquet

from cleaner.corpus import document as rows
from cleaner.site.count import Counter, Read
from cleaner.site.learn import remembered
from cleaner.site.store import Store

SCHEMA = pa.schema(
    [("host", pa.string()), ("lines", pa.list_(pa.int64())), ("prose", pa.list_(pa.bool_())), ("titles", pa.list_(pa.int64()))]
)
TOGETHER = 5000  # documents that are written together


class ReadSites(PipelineStep):  # type: ignore[misc]  # datatrove has no types
    """The first stage: passes documents through and writes what is remembered of them to `output_folder`, in `parts` parts.

    `url_key`, `title_key`: the entries of a document's metadata with its address and its headline. `host`: the site of
    documents without an address. A task that is run again writes the same files anew.
    """

    type = "🧹 - CLEANER"
    name = "📰 Read sites"

    def __init__(self, output_folder: Any, *, parts: int = 64, url_key: str = "url", title_key: str = "title", host: str = "") -> None:
        super().__init__()
        self.folder = get_datafolder(output_folder)
        self.parts, self.url_key, self.title_key, self.host = parts, url_key, title_key, host

    def run(self, data: Iterable[Document], rank: int = 0, world_size: int = 1) -> Iterator[Document]:
        """Yield the documents of a task as they are."""
        waiting: dict[int, list[Read]] = defaultdict(list)
        with ExitStack() as stack:
            writers: dict[int, Any] = {}
            for document in data:
                with self.track_time():
                    found = self._read(document)
                    part = int.from_bytes(blake2b(found.host.encode(), digest_size=4).digest(), "little") % self.parts
                    waiting[part].append(found)
                    if len(waiting[part]) == TOGETHER:
                        self._write(part, rank, waiting.pop(part), writers, stack)
                self.stat_update("documents")
                yield document
            for part in sorted(waiting):
                self._write(part, rank, waiting[part], writers, stack)

    def _read(self, document: Document) -> Read:
        url, title = document.metadata.get(self.url_key), document.metadata.get(self.title_key)
        given = rows.Document(document.text, document.id, url if isinstance(url, str) else None)
        return remembered(given, self.host, title if isinstance(title, str) else None)

    def _write(self, part: int, rank: int, found: list[Read], writers: dict[int, Any], stack: ExitStack) -> None:
        if part not in writers:
            file = stack.enter_context(self.folder.open(f"{part:05d}/{rank:05d}.parquet", "wb"))
            writers[part] = stack.enter_context(parquet.ParquetWriter(file, SCHEMA, compression="zstd"))
        columns = [list(column) for column in zip(*found, strict=True)]
        writers[part].write_table(pa.table(columns, schema=SCHEMA))


class CountSites(PipelineStep):  # type: ignore[misc]  # datatrove has no types
    """The second stage, the first step of its pipeline: counts each part of `input_folder` into a site memory in `output_folder`."""

    type = "🧹 - CLEANER"
    name = "📰 Count sites"

    def __init__(self, input_folder: Any, output_folder: Any) -> None:
        super().__init__()
        self.input, self.output = get_datafolder(input_folder), get_datafolder(output_folder)

    def run(self, data: Any = None, rank: int = 0, world_size: int = 1) -> Iterator[Document]:
        """Count the parts of a task; there are no documents to yield."""
        parts: dict[str, list[str]] = defaultdict(list)
        for path in self.input.list_files(glob_pattern="*/*.parquet"):
            parts[path.rpartition("/")[0]].append(path)
        for part in sorted(parts)[rank::world_size]:
            with self.track_time("part"), tempfile.TemporaryDirectory() as folder:
                target = Path(folder) / "site.db"
                self._count(sorted(parts[part]), target)
                with target.open("rb") as counted, self.output.open(f"{part}.db", "wb") as out:
                    shutil.copyfileobj(counted, out)
        yield from data or ()

    def _count(self, paths: list[str], target: Path) -> None:
        store = Store(str(target), write=True)
        counter = Counter(store)
        for path in paths:
            with self.input.open(path, "rb") as file:
                for batch in parquet.ParquetFile(file).iter_batches():
                    columns = (batch.column(name).to_pylist() for name in SCHEMA.names)
                    counter.add(Read(*row) for row in zip(*columns, strict=True))
        counter.flush()
        store.close()
        self.stat_update("articles", value=counter.articles)
        self.stat_update("copies", value=counter.copies)
