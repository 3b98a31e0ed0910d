"""What may be meant by an option or a word that a command doesn't know."""

import re
from difflib import get_close_matches

from sknoisy._registry import did_you_mean

# what other commands call what is an option here
WORDS = {
    "--out": "--output --output-dir --outdir --out-dir --output-folder --dest --save",
    "--label": "--labels --label-column --label-col --target --y --class --classes",
    "--clean-label": "--true-label --true --truth --ground-truth --gold",
    "--task": "--item --sample --question --task-id --image",
    "--worker": "--annotator --rater --user --who",
    "--wide": "--annotators --columns --raters",
    "--methods": "--models --estimators --losses",
    "--method": "--aggregate --aggregation",
    "--folds": "--cv --n-splits --k",
    "--seed": "--random-state --random-seed",
    "--jobs": "--n-jobs --workers -j -n",
    "--separator": "--sep --delimiter -d",
    "--ignore": "--drop --exclude",
    "--missing": "--na --na-values",
}

NEAR = 0.7


def hint_of_options(unknown, known):
    """Return the end of a sentence on options that there aren't, or ""."""
    told = []
    for option in (word.partition("=")[0] for word in unknown if word[0] == "-"):
        ours = [name for name, words in WORDS.items() if option in words.split()]
        ours = [name for name in ours if name in known]
        # dashes are in all of them
        plain = {name.lstrip("-"): name for name in known}
        close = get_close_matches(option.lstrip("-"), plain, n=1, cutoff=NEAR)
        ours += [plain[name] for name in close]
        told += [f" did you mean {ours[0]!r}?"] if ours else []
    return f";{''.join(dict.fromkeys(told))}" if told else ""


def hint_of_choice(message):
    """Return the end of argparse's sentence on a word of few, or ""."""
    found = re.search(r"invalid choice: '(.*)' \(choose from (.*)\)", message)
    if not found:
        return ""
    hint = did_you_mean(found[1], re.findall(r"[\w-]+", found[2]))
    if not hint and "COMMAND" in message and re.search(r"[./\\]", found[1]):
        hint = f" to look for wrong labels in a file: sknoisy audit {found[1]}"
    return f";{hint}" if hint else ""
