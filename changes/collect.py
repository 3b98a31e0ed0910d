"""Show what the fragments make together, or move them into CHANGELOG.md.

Usage: ``python changes/collect.py`` shows, ``python changes/collect.py 0.2.0`` moves.
"""

import re
import sys
from datetime import date
from pathlib import Path

FOLDER = Path(__file__).parent
NEXT = "In preparation"  # the section on what is not released yet
KINDS = ("added", "changed", "deprecated", "removed", "fixed")


def read_fragments(folder=FOLDER):
    """Return the fragments' texts by kind, or raise ValueError naming a wrong one."""
    texts = {kind: [] for kind in KINDS}
    for path in sorted(folder.glob("*")):
        if path.name in {"README.md", "__pycache__", Path(__file__).name}:
            continue
        match = re.fullmatch(rf"[a-z0-9-]+\.({'|'.join(KINDS)})\.md", path.name)
        if not match:
            raise ValueError(
                f"{path.name} is not named <what>.<kind>.md: see README.md"
            )
        text = " ".join(path.read_text(encoding="utf-8").split())
        if not text or text[0] in "#-*":
            raise ValueError(f"{path.name} is not plain sentences: see README.md")
        texts[match[1]].append(text)
    return texts


def as_markdown(title, texts):
    """Return the section of a changelog, its kinds in their order."""
    parts = [f"## {title}"]
    for kind, entries in texts.items():
        if entries:
            parts += [f"### {kind.capitalize()}", "\n".join(f"- {e}" for e in entries)]
    return "\n\n".join(parts) + "\n"


def release(version, folder=FOLDER):
    """Put the fragments into CHANGELOG.md above the last release, and remove them."""
    changelog = folder.parent / "CHANGELOG.md"
    title = f"{version} ({date.today():%Y-%m-%d})"
    section = as_markdown(title, read_fragments(folder))
    head, mark, older = changelog.read_text(encoding="utf-8").partition("\n## ")
    name, _, rest = older.partition("\n")
    if name == NEXT:  # its words introduce the release
        words, mark, older = rest.partition("\n## ")
        section = section.replace(f"{title}\n", f"{title}\n\n{words.strip()}\n", 1)
    changelog.write_text(f"{head.rstrip()}\n\n{section}{mark}{older}", encoding="utf-8")
    for kind in KINDS:
        for path in folder.glob(f"*.{kind}.md"):
            path.unlink()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        release(sys.argv[1])
    else:
        print(as_markdown("Not released yet", read_fragments()), end="")
