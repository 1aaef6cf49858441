"""Beyond one machine: steps for datatrove's pipelines, which run on one machine, on Slurm and on Ray."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from os import PathLike
from typing import Any

from datatrove.data import Document
from datatrove.pipeline.base import PipelineStep
from datatrove.pipeline.readers.base import BaseDiskReader
from datatrove.utils.typeshelper import StatHints

from cleaner.corpus import document as rows
from cleaner.corpus import formats, work
from cleaner.corpus.document import Broken, Fields


class CorpusReader(BaseDiskReader):  # type: ignore[misc]  # datatrove has no types
    """Reads what the command reads, and decodes it as the command does: WARC, WACZ, Parquet, CSV and JSON Lines.

    `data_folder`, and all that follows: as for datatrove's own readers. A row without a text is no document; the
    statistics count it. A file that ends early gives what comes before, and a warning.
    """

    name = "📰 Corpus"

    def __init__(self, data_folder: Any, *, url_key: str = "url", **more: Any) -> None:
        super().__init__(data_folder, **more)
        self.fields = Fields(self.text_key, url_key)

    def read_file(self, filepath: str) -> Iterator[Document]:
        """Yield the documents of a file below the folder; raises Failure where its name tells no format."""
        from datatrove.utils.logging import logger

        location = self.data_folder.resolve_paths(filepath)
        try:
            for number, found in enumerate(formats.documents(location, self.fields)):
                if not found.source:
                    self.stat_update("rows without a text")
                    if found.problem:
                        logger.warning(f"{found.place}: {found.problem}")
                    continue
                fields = found.row.fields() if found.row else {}
                read = self.get_document_from_dict({**fields, self.text_key: _text(found.source)}, filepath, number)
                if read is not None:
                    yield read
        except Broken as broken:
            self.stat_update("files that end early")
            logger.warning(f"{location}: {broken}")


def _text(source: str | bytes) -> str:
    from cleaner.decode import decode

    return source if isinstance(source, str) else decode(source).text


class NewsCleaner(PipelineStep):  # type: ignore[misc]  # datatrove has no types
    """Cleans each document as the command does: `Document.text`, text or HTML, becomes the article alone.

    `url_key`: the entry of a document's metadata with its address. `removed_key`: keep what was removed there. `drop_empty`
    and `drop_failed` drop documents of which nothing is left, or that could not be cleaned; otherwise nothing is dropped, and
    what could not be cleaned stays as it is, with the reason in `metadata["cleaner_error"]`. The others are as for
    `cleaner.clean`; `timeout` is in seconds for a document. Raises ValueError on wrong arguments, never on content.

    The statistics count documents (total, forwarded, dropped, failed), characters in and out, and removals by kind.

    >>> step = NewsCleaner()
    >>> [document.text for document in step.run(iter([Document("The bridge is open.\\nAdvertisement", "1")]))]
    ['The bridge is open.']
    >>> step.stats.to_dict()["stats"]["removed/ad"]
    1
    """

    type = "🧹 - CLEANER"
    name = "📰 News"

    def __init__(
        self,
        *,
        url_key: str = "url",
        removed_key: str = "",
        drop_empty: bool = False,
        drop_failed: bool = False,
        format: str = "auto",
        keep: Collection[str] = (),
        rules: Iterable[str | PathLike[str]] = (),
        skip: Collection[str] = (),
        engine: str = "auto",
        site: str | PathLike[str] = "",
        timeout: float | None = None,
    ) -> None:
        super().__init__()
        self.drop_empty, self.drop_failed = drop_empty, drop_failed
        self.fields = Fields("text", url_key, removed=removed_key)
        options = work.options(format=format, keep=keep, rules=rules, skip=skip, engine=engine, site=site, timeout=timeout)
        self.worker = work.Worker(options, self.fields, "jsonl")

    def run(self, data: Iterable[Document], rank: int = 0, world_size: int = 1) -> Iterator[Document]:
        """Yield the documents of a task, cleaned."""
        for document in data:
            self.stat_update(StatHints.total)
            with self.track_time():
                failed = self._clean(document)
            if (failed and self.drop_failed) or (self.drop_empty and not document.text.strip()):
                self.stat_update(StatHints.dropped)
                continue
            self.stat_update(StatHints.forwarded)
            self.update_doc_stats(document)
            yield document

    def _clean(self, document: Document) -> bool:
        """Clean one document in place; return whether that failed."""
        url = document.metadata.get(self.fields.url)
        given = rows.Document(document.text, document.id, url if isinstance(url, str) else None, rows.Plain({}))
        done, problem = self.worker.cleaned(given)
        changes = self.worker.changes(given, done, problem)
        document.text = changes.pop("text", document.text)
        document.metadata.update(changes)
        if done is None:
            self.stat_update("failed")
            return True
        self.stat_update("characters_in", value=len(done.source))
        self.stat_update("characters_out", value=len(done.text))
        for removal in done.removed:
            self.stat_update(f"removed/{removal.kind}")
        return False
