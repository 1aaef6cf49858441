"""Try rules on their own examples: every `noise` must go, every `prose` must stay."""

import re
import signal
import time
from collections.abc import Callable, Iterable, Iterator

from cleaner.blocks import cut
from cleaner.index import index
from cleaner.keys import alternatives
from cleaner.matcher import Matcher, Pack, words
from cleaner.pipeline import run
from cleaner.rules import Rule

BEFORE = "The first paragraph of the story ends with a full stop, as paragraphs of news stories do."
AFTER = "The second paragraph of the story says more about it, and it ends with a full stop as well."
LATER = "The third paragraph of the story ends it, and it too is a sentence that ends with a full stop."


def failures(rules: Iterable[Rule], everything: Matcher) -> Iterator[str]:
    """Yield a sentence for each example that does not do as it says.

    `noise` is tried against its own rule alone and against `everything`, between two paragraphs that must
    stay, set apart by a line end and by a blank line; `prose` against `everything`.
    """
    for rule in rules:
        if rule.selector:
            yield from _on_page(rule)
            continue
        alone = Matcher([Pack(index([rule]))])
        for example in rule.noise:
            text, rest = example if isinstance(example, list) else (example, "")
            for gap in ("\n", "\n\n"):
                want, source = _placed(rule, rest, gap), _placed(rule, text, gap)
                got = run(source, alone).text
                if got != want:
                    yield f"{rule.id}: this noise does not go by its own rule: {text!r}"
                    break
                got = run(source, everything).text
                if got != want:
                    yield f"{rule.id}: with all rules, this noise leaves {got!r}: {text!r}"
                    break
        for text in rule.prose:
            if rule.cut == "keep" and not _spoken_of(text, alone):
                yield f"{rule.id}: it keeps no line of this prose: {text!r}"
            removed = run(f"{BEFORE}\n\n{text}\n\n{AFTER}", everything).removed
            if removed:
                yield f"{rule.id}: this prose would be lost to {removed[0].rule}: {text!r}"


def _spoken_of(text: str, rules: Matcher) -> bool:
    low = text.lower()
    called = rules.called(low, words(low))
    return any(rules.judge(block, block.text.lower(), called)[0] for block in cut(text))


def _placed(rule: Rule, text: str, gap: str) -> str:
    """Set an example between paragraphs, or below them if its rule is for last lines."""
    parts = [BEFORE, AFTER, LATER, text] if rule.where == "last" else [BEFORE, text, AFTER]
    return gap.join(part for part in parts if part)


def _on_page(rule: Rule) -> Iterator[str]:
    from cleaner import page

    for example in rule.noise:
        text, _ = example if isinstance(example, list) else (example, "")
        if not page.selected(rule.selector, text):
            yield f"{rule.id}: the selector does not find this noise: {text!r}"
    for text in rule.prose:
        if page.selected(rule.selector, text):
            yield f"{rule.id}: this prose would be lost to its own selector: {text!r}"


def slow(rule: Rule, seconds: float = 0.05) -> Iterator[str]:
    """Yield a sentence for each expression of a rule that takes long over a line.

    An expression sees at most `limit` characters (one that cuts spans: any number), so it is tried on lines of
    that length, made of its own letters, that almost match. Call it in the main thread: an alarm ends the worst.
    """
    parts = [rule.match] if rule.cut == "span" else alternatives(rule.match)
    for part in parts if rule.match else ():
        compiled = re.compile(part, re.IGNORECASE)
        search = compiled.search if rule.cut == "span" else compiled.match
        longest = 20_000 if rule.cut == "span" else rule.limit
        for hostile in _hostile(part, longest):
            if not _quick(search, hostile, seconds):
                yield f"{rule.id}: {part!r} is slow on {hostile[:40]!r}..., {len(hostile)} characters; bound its repetitions"
                break


def _quick(search: Callable[[str], object], text: str, seconds: float) -> bool:
    def stop(signum: int, frame: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, max(1.0, 20 * seconds))
    began = time.process_time()
    try:
        search(text)
    except TimeoutError:
        return False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    return time.process_time() - began <= seconds


def _hostile(expression: str, size: int) -> Iterator[str]:
    words = re.findall(r"[^\W\d_]{2,}", re.sub(r"\\.", " ", expression))[:12]
    shapes = ["a", " ", "A ", "a1 ", "1", "1:", "(", "@a", "- ", "Aa, ", "a/", '"a']
    seeds = [*shapes, *words, *(w + " " for w in words), " ".join(words) + " "]
    for seed in seeds:
        body = (seed * (size // len(seed) + 1))[: size - 1]
        yield body + "\x00"
        for word in words[:3]:
            yield (word + " " + body)[: size - 1] + "\x00"
