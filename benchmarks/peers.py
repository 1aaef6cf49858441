"""Other tools that find a page's main content, each as a function from HTML to text. Only the one asked for is imported."""

import logging
import warnings
from collections.abc import Callable
from importlib import metadata
from typing import Any, NamedTuple

Extract = Callable[[str], str]


class Peer(NamedTuple):
    """A tool: the distribution it comes in, and what imports it and returns its function."""

    distribution: str
    load: Callable[[], Extract]


def _cleaner() -> Extract:
    from cleaner import clean

    return clean


def _trafilatura(**options: Any) -> Callable[[], Extract]:
    def load() -> Extract:
        import trafilatura

        return lambda html: trafilatura.extract(html, include_comments=False, **options) or ""

    return load


def _readability() -> Extract:
    import html_text
    from readability import Document

    return lambda html: str(html_text.extract_text(Document(html).summary()))


def _newspaper4k() -> Extract:
    import newspaper

    def extract(html: str) -> str:
        article = newspaper.Article(url="https://example.org/", fetch_images=False)
        article.download(input_html=html)
        article.parse()
        return article.text or ""

    return extract


def _resiliparse() -> Extract:
    from resiliparse.extract.html2text import extract_plain_text

    return lambda html: str(extract_plain_text(html, main_content=True, alt_texts=False, links=False))


def _goose3() -> Extract:
    from goose3 import Goose

    goose = Goose({"enable_image_fetching": False})
    return lambda html: goose.extract(raw_html=html).cleaned_text or ""


def _justext() -> Extract:
    import justext

    words: frozenset[str] = frozenset().union(*(justext.get_stoplist(name) for name in justext.get_stoplists()))
    return lambda html: "\n".join(p.text for p in justext.justext(html, words) if not p.is_boilerplate)


def _boilerpy3() -> Extract:
    from boilerpy3 import extractors

    extract: Extract = extractors.ArticleExtractor(raise_on_failure=False).get_content
    return extract


def _news_please() -> Extract:
    from newsplease import NewsPlease

    return lambda html: NewsPlease.from_html(html, url="https://example.org/", fetch_images=False).maintext or ""


def _html_text() -> Extract:
    import html_text

    extract: Extract = html_text.extract_text
    return extract


PEERS = {
    "cleaner": Peer("news-cleaner", _cleaner),
    "trafilatura": Peer("trafilatura", _trafilatura()),
    "trafilatura, precision": Peer("trafilatura", _trafilatura(favor_precision=True)),
    "trafilatura, recall": Peer("trafilatura", _trafilatura(favor_recall=True)),
    "readability-lxml": Peer("readability-lxml", _readability),
    "newspaper4k": Peer("newspaper4k", _newspaper4k),
    "resiliparse": Peer("Resiliparse", _resiliparse),
    "goose3": Peer("goose3", _goose3),
    "jusText": Peer("jusText", _justext),
    "boilerpy3": Peer("boilerpy3", _boilerpy3),
    "news-please": Peer("news-please", _news_please),
    "html-text": Peer("html-text", _html_text),
}


def quiet() -> None:
    """Turn off what the tools say of pages."""
    logging.disable(logging.CRITICAL)
    warnings.filterwarnings("ignore")


def version(name: str) -> str:
    """Return the version of a tool's distribution, or "" where it is not installed."""
    try:
        return metadata.version(PEERS[name].distribution)
    except metadata.PackageNotFoundError:
        return ""


def load(name: str) -> Extract | str:
    """Return a tool's function, or why it can't be imported: anything can go wrong there."""
    quiet()
    try:
        return PEERS[name].load()
    except Exception as error:
        return f"{type(error).__name__}: {' '.join(str(error).split())[:100]}"


def attempt(extract: Extract, html: str) -> tuple[str, Any]:
    """Return (text, None), or ("", the error) where a tool fails on a page."""
    try:
        return extract(html) or "", None
    except Exception as error:
        return "", error
