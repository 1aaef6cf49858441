"""Corpora: many documents, in the formats they are kept in, read, cleaned by several processes and written without loss.

`documents` is the way in: it reads any of the formats.
"""

from cleaner.corpus.document import Document, Fields
from cleaner.corpus.formats import documents

__all__ = ["Document", "Fields", "documents"]
