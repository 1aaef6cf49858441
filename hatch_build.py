"""Builds the manual page and the shells' completions into the wheel, from the command's table of options."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PLACES = {
    "cleaner.1": "share/man/man1/cleaner.1",
    "cleaner.bash": "share/bash-completion/completions/cleaner",
    "_cleaner": "share/zsh/site-functions/_cleaner",
    "cleaner.fish": "share/fish/vendor_completions.d/cleaner.fish",
}


class Manual(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the files of `cleaner.manual` to a wheel, below the prefix it is installed to."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write them; an editable installation has none."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from cleaner import manual

        self.folder = tempfile.TemporaryDirectory()
        manual.main(Path(self.folder.name))
        build_data["shared_data"] |= {f"{self.folder.name}/{name}": place for name, place in PLACES.items()}
