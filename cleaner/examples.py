"""Try rules on their own examples: every `noise` must go, every `prose` must stay."""

from collections.abc import Iterable, Iterator

from cleaner.blocks import cut
from cleaner.index import index
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
