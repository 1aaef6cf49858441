"""cleaner: one scraped news article in, the article alone out."""

KINDS = ("related", "embed", "promo", "ad", "ui", "caption", "byline", "legal", "comment", "other")
__version__ = "0.1.0"

from cleaner.api import Cleaned, clean, explain  # noqa: E402
from cleaner.pipeline import Removal  # noqa: E402

__all__ = ["KINDS", "Cleaned", "Removal", "clean", "explain"]
