"""Parquet: batch by batch with pyarrow; columns that are not named keep their values and types.

A file of Parquet ends with an index of itself, so it can't be gone on with. Batches gather as Arrow streams, one behind the
other, and become Parquet when all are there.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import IO, Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from cleaner.corpus.document import ERROR, Broken, Document, Fields, lacking
from cleaner.corpus.places import BLOCK
from cleaner.decode import decode, encode
from cleaner.errors import Failure

GROUP = 1 << 26  # bytes of a row group that is written
_REMOVAL = {"kind": pa.string(), "rule": pa.string(), "text": pa.string(), "line": pa.int64()}
REMOVED = pa.list_(pa.struct({**_REMOVAL, "source_line": pa.int64(), "path": pa.string()}))


class Batch(NamedTuple):
    """Some rows, and the number of the first."""

    first: int
    rows: Any


class BatchRow:
    """A row of a batch."""

    __slots__ = ("batch", "index")

    def __init__(self, batch: Any, index: int) -> None:
        self.batch, self.index = batch, index

    def fields(self) -> dict[str, Any]:
        """Return all fields by name, in order; a day, time or bytes become text."""
        values = self.batch.slice(self.index, 1).to_pylist()[0]
        return {key: _jsonable(value) for key, value in values.items()}


def _jsonable(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _jsonable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_jsonable(inner) for inner in value]
    if isinstance(value, bytes):
        return decode(value).text
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def chunks(file: IO[bytes], fields: Fields) -> Iterator[Batch]:
    """Yield batches of about a mebibyte; raises Broken, and Failure where there is no such column."""
    if not file.seekable():
        file = io.BytesIO(file.read())
    try:
        table = pq.ParquetFile(file, pre_buffer=False)
    except pa.ArrowInvalid as error:
        raise Broken(f"this is no whole Parquet file: {error}") from None
    if fields.text not in table.schema_arrow.names:
        names = ", ".join(table.schema_arrow.names)[:200]
        raise Failure(f"there is no column {fields.text!r} but {names}: name the one with the text with --field")
    total = sum(table.metadata.row_group(k).total_byte_size for k in range(table.metadata.num_row_groups))
    first = 1
    size = max(1, min(4096, BLOCK * table.metadata.num_rows // max(total, 1)))
    try:
        for batch in table.iter_batches(batch_size=size, use_threads=False):
            yield Batch(first, batch)
            first += batch.num_rows
        if first == 1:
            yield Batch(1, pa.RecordBatch.from_pylist([], schema=table.schema_arrow))
    except (pa.ArrowException, OSError) as error:
        raise Broken(f"can't read on after row {first - 1}: {error}") from None


def documents(chunk: Batch, name: str, fields: Fields) -> Iterator[Document]:
    """Yield the documents of a batch; null is a row without a document and without a problem."""
    sources = chunk.rows.column(fields.text).to_pylist()
    urls = chunk.rows.column(fields.url).to_pylist() if fields.url in chunk.rows.schema.names else [None] * len(sources)
    for index, (source, url) in enumerate(zip(sources, urls, strict=True)):
        place, row = f"{name}:{chunk.first + index}", BatchRow(chunk.rows, index)
        if source is None or isinstance(source, (str, bytes)):
            yield Document(source, place, url if isinstance(url, str) else None, row)
        else:
            yield Document(None, place, row=row, problem=lacking(source, fields.text))


def written(chunk: Any, documents: list[Document], changes: list[dict[str, Any]], fields: Fields) -> bytes:
    """Return rows as an Arrow stream with a column for what could not be cleaned."""
    batch = changed(chunk.rows if isinstance(chunk, Batch) else _gathered(documents), changes, fields)
    out = io.BytesIO()
    with pa.ipc.new_stream(out, batch.schema) as stream:
        stream.write_batch(batch)
    return out.getvalue()


def changed(batch: Any, changes: list[dict[str, Any]], fields: Fields) -> Any:
    """Return a RecordBatch with the fields of its rows that change, and a column for what could not be cleaned."""
    for name in dict.fromkeys([fields.target, fields.removed, ERROR]):
        if name:
            batch = _set(batch, name, [row.get(name, batch) for row in changes], fields)
    return batch


def _gathered(documents: list[Document]) -> Any:
    rows = [document.row.fields() for document in documents if document.row is not None]
    names = list(dict.fromkeys(name for row in rows for name in row))
    try:
        return pa.RecordBatch.from_pydict({name: [row.get(name) for row in rows] for name in names})
    except (pa.ArrowException, OverflowError) as error:
        raise Failure(f"rows from {documents[0].place} on have values that Parquet can't keep together, take --to jsonl: {error}") from None


def _set(batch: Any, name: str, values: list[Any], fields: Fields) -> Any:
    """Return the batch with a column replaced or added; a value that is the batch itself stands for: as it was."""
    known = name in batch.schema.names
    if known and all(value is batch for value in values):
        return batch
    old = batch.column(name).to_pylist() if known else [None] * len(values)
    source = batch.schema.field(fields.text).type if fields.text in batch.schema.names else pa.string()
    kind = batch.schema.field(name).type if known else REMOVED if name == fields.removed else source if name == fields.into else pa.string()
    if pa.types.is_null(kind):
        kind = pa.string()
    new = [before if value is batch else value for before, value in zip(old, values, strict=True)]
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        new = [encode(value) if isinstance(value, str) else value for value in new]
    column = pa.array(new, kind.value_type if pa.types.is_dictionary(kind) else kind)
    column = column.cast(kind) if pa.types.is_dictionary(kind) else column
    if not known:
        return batch.append_column(name, column)
    index = batch.schema.get_field_index(name)
    return batch.set_column(index, batch.schema.field(index).with_type(kind), column)


def finish(part: str, whole: str) -> None:
    """Write the Arrow streams of a file as one file of Parquet; raises Failure where a column has two types."""
    schemas: list[Any] = []  # not a set: a schema with metadata has no hash in older pyarrows
    for batch in _batches(part):
        if batch.schema not in schemas:
            schemas.append(batch.schema)
    try:
        schema = pa.unify_schemas(schemas, promote_options="permissive")
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise Failure(f"a column has values of two types, take --to jsonl: {error}") from None
    with pq.ParquetWriter(whole, schema, compression="zstd") as writer:
        group: list[Any] = []
        for batch in _batches(part):
            group.append(_as(batch, schema))
            if sum(b.nbytes for b in group) >= GROUP:
                writer.write_table(pa.Table.from_batches(group, schema))
                group = []
        if group:
            writer.write_table(pa.Table.from_batches(group, schema))


def _as(batch: Any, schema: Any) -> Any:
    if batch.schema.equals(schema):
        return batch
    table = pa.Table.from_batches([batch])
    columns = [table[f.name].cast(f.type) if f.name in table.schema.names else pa.nulls(len(table), f.type) for f in schema]
    return pa.table(columns, schema=schema).combine_chunks().to_batches(max_chunksize=None)[0] if len(table) else batch.slice(0, 0)


def _batches(part: str) -> Iterator[Any]:
    with open(part, "rb") as file:
        while file.peek(1):
            with pa.ipc.open_stream(file) as stream:
                yield from stream
