"""Arrow: a batch of rows in, the batch with clean texts out. What Spark, Ray Data, Polars and DuckDB call."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from os import PathLike
from typing import Any, TypeVar

import pyarrow as pa

from cleaner.corpus.document import Fields
from cleaner.corpus.parquet import Batch, changed, documents
from cleaner.corpus.work import Worker, options

Rows = TypeVar("Rows", pa.RecordBatch, pa.Table)


def clean_batch(
    batch: Rows,
    field: str = "text",
    *,
    url_field: str = "url",
    into: str = "",
    removed_field: str = "",
    format: str = "auto",
    keep: Collection[str] = (),
    rules: Iterable[str | PathLike[str]] = (),
    skip: Collection[str] = (),
    engine: str = "auto",
    site: str | PathLike[str] = "",
    timeout: float | None = None,
) -> Rows:
    """Return a RecordBatch, or a Table, with the texts or pages of one column cleaned; rows, order and other columns stay.

    `field`: the column with text or HTML, as string or binary; a null stays null. `url_field`: the pages' addresses, if there
    is such a column. `into`: write to this column instead. `removed_field`: keep what was removed in this one. `timeout`:
    seconds for a row, in a process's main thread. The others are as for `cleaner.clean`. A column `cleaner_error` says why a
    row could not be cleaned and stayed as it was; it is always there, so that all batches have one schema.

    Raises ValueError on wrong arguments and where there is no such column, never on content.

    >>> rows = pa.RecordBatch.from_pydict({"id": [7], "text": ["The bridge is open.\\nAdvertisement\\nThe mayor came."]})
    >>> clean_batch(rows).to_pylist()
    [{'id': 7, 'text': 'The bridge is open.\\nThe mayor came.', 'cleaner_error': None}]
    """
    if field not in batch.schema.names:
        raise ValueError(f"there is no column {field!r} but {', '.join(batch.schema.names)}")
    asked = options(format=format, keep=keep, rules=rules, skip=skip, engine=engine, site=site, timeout=timeout)
    fields = Fields(field, url_field, into, removed_field)
    worker = Worker(asked, fields, "parquet")
    if isinstance(batch, pa.RecordBatch):
        return _cleaned(batch, fields, worker)
    batches = batch.to_batches() or [pa.RecordBatch.from_pylist([], schema=batch.schema)]
    return pa.Table.from_batches([_cleaned(one, fields, worker) for one in batches])


def _cleaned(batch: Any, fields: Fields, worker: Worker) -> Any:
    changes = [worker.changes(document, *worker.cleaned(document)) for document in documents(Batch(1, batch), "", fields)]
    return changed(batch, changes, fields)
