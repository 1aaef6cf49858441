"""The report: one page, without network, that shows what a run removed, by which rule and why, and how to mend it."""

from cleaner.report.evidence import Evidence
from cleaner.report.layout import page

__all__ = ["Evidence", "page"]
