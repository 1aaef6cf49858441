"""cleaner: one scraped news article in, the article alone out."""

from cleaner.api import Cleaned, clean, explain
from cleaner.pipeline import Removal
from cleaner.rules import KINDS

__all__ = ["KINDS", "Cleaned", "Removal", "clean", "explain"]
__version__ = "0.1.0"
