"""What is odd about image files: broken, out of place, of kinds that tell labels."""

from collections import Counter

import numpy as np

from sknoisy.data_issues._report import DataIssue
from sknoisy.data_issues._words import counted, listed, share, verb

__all__ = ["empty_classes", "image_kinds", "misplaced_files", "unreadable_files"]

FEW = 20  # images of one height and width, to be a kind of their own
TELLS = 0.1  # of all labels, that kinds foretell beyond the most frequent one
MOST = 5  # names in a sentence


def unreadable_files(data):
    """Find files that are no image, or a broken one.

    ``details["why"]`` has a reason for each.
    """
    broken = {} if data.files is None else data.files.unreadable
    if not broken:
        return None
    n = len(broken)
    told = [f"{name} ({why})" for name, why in list(broken.items())[:MOST]]
    more = f", … ({n - MOST} more)" if n > MOST else ""
    return DataIssue(
        "unreadable_files",
        f"{counted(n, 'file')} can't be read as {verb(n, 'an image', 'images')}:"
        f" {', '.join(told)}{more}.",
        "Nothing can be said of their labels, and training on the folder would end with"
        " an error.",
        "They are left out.",
        "Bring them anew from where they came, or delete them.",
        "warning",
        details={"why": dict(broken)},
    )


def misplaced_files(data):
    """Find images in no folder of a class, and in the folder of two.

    ``details`` has their names as "loose" and "nested".
    """
    if data.files is None or not (data.files.loose or data.files.nested):
        return None
    loose, nested = data.files.loose, data.files.nested
    found, done = [], []
    if loose:
        found.append(
            f"{counted(len(loose), 'image')} {verb(len(loose), 'is', 'are')} in no"
            f" folder of a class: {listed(loose, MOST)}."
        )
        done.append("Images in no folder of a class are left out.")
    if nested:
        found.append(
            f"{counted(len(nested), 'image')} {verb(len(nested), 'is', 'are')} in the"
            f" folder of one class and, in there, of another: {listed(nested, MOST)}."
        )
        done.append("The outer folder is taken for the label.")
    known = set(nested)
    rows = [i for i, name in enumerate(data.files.names) if name in known]
    return DataIssue(
        "misplaced_files",
        " ".join(found),
        "They were copied to where they don't belong, or a folder was moved there.",
        " ".join(done),
        "Move them to the folder of their class.",
        "warning",
        rows=data.rows[np.array(rows, dtype=int)],
        details={"loose": list(loose), "nested": list(nested)},
    )


def empty_classes(data):
    """Find folders of a class without an image."""
    if data.files is None or not data.files.empty:
        return None
    empty = data.files.empty
    n = len(empty)
    return DataIssue(
        "empty_classes",
        f"{counted(n, 'folder')} {verb(n, 'holds', 'hold')} no image:"
        f" {listed(empty, MOST)}.",
        "If it is a class, no image has its label, or none has come along.",
        "Nothing: there is no such class.",
        "Delete it, or bring its images.",
        "note",
        classes=tuple(empty),
    )


def image_kinds(data):
    """Find out whether images differ in size or mode, and whether that tells labels.

    A kind is a mode with a height and width, where twenty images have these. What the
    others of its kind are, is how a label is foretold.
    ``details["kinds"]`` counts them.
    """
    if data.files is None or not data.names_classes:
        return None
    kinds = _kinds(data.files)
    counts = Counter(kinds)
    if len(counts) < 2:
        return None
    gain = _foretold(kinds, data.codes) - data.counts.max() / data.n_samples
    told = ", ".join(f"{kind} ({n:,})" for kind, n in counts.most_common(MOST))
    more = len(counts) - MOST
    found = f"Images are of {len(counts)} kinds: {told}" + (
        f", … ({more} more)." if more > 0 else "."
    )
    tells = gain > TELLS
    if tells:
        found += (
            f" The kind alone foretells {share(gain)} more of the labels than always"
            " saying the most frequent one."
        )
    return DataIssue(
        "image_kinds",
        found,
        "Images of a class seem to come from a source of their own: a network may learn"
        " what the camera did, and not what is to be seen."
        if tells
        else "A network that takes images of one size has to be given them so.",
        "All are judged at one size, and in color if any is.",
        "Bring images of all classes from all sources, or bring them to one size and"
        " mode before training."
        if tells
        else "Pass size=(height, width) and mode= to read_image_folder.",
        "warning" if tells else "note",
        details={"kinds": dict(counts), "gain": float(gain)},
    )


def _kinds(files):
    """Return the mode of each image, and its size where it is a frequent one."""
    often = {size for size, n in Counter(files.sizes).items() if n >= FEW}
    if len(set(files.sizes)) == 1:
        often = set()  # not worth a word
    return [
        f"{mode}, {size[0]} × {size[1]}"
        if size in often
        else _of_other_size(mode, often)
        for mode, size in zip(files.modes, files.sizes, strict=True)
    ]


def _of_other_size(mode, often):
    return f"{mode}, other sizes" if often else mode


def _foretold(kinds, codes):
    """Return the share of labels that most of the others of their kind have."""
    kinds = np.unique(kinds, return_inverse=True)[1]
    table = np.zeros((kinds.max() + 1, codes.max() + 1), dtype=int)
    np.add.at(table, (kinds, codes), 1)
    own = table[kinds, codes] - 1
    others = table[kinds].copy()
    others[np.arange(len(codes)), codes] = 0
    return float(np.mean(own > others.max(axis=1)))
