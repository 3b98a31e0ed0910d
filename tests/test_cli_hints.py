"""Options and commands that there aren't: what is meant is told."""

import re

import pytest

from sknoisy._cli import _make_parser, main
from sknoisy._cli._hints import WORDS

COMMANDS = ("compare", "audit", "apply", "votes")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("audit a.csv --output=b", "arguments: --output=b; did you mean '--out'? (see"),
        (
            "audit a.csv --labels y",
            "arguments: --labels y; did you mean '--label'? (see",
        ),
        ("compare --cv 3", "arguments: --cv; did you mean '--folds'? (see"),
        ("votes a.csv --annotator x", "did you mean '--worker'? (see sknoisy votes"),
        ("audit a.csv --nothing", "arguments: --nothing (see sknoisy audit --help)"),
        ("audit a.csv b.csv", "arguments: b.csv (see sknoisy audit --help)"),
        ("votes a.csv --method dawid", "did you mean 'dawid_skene'? (see"),
        ("adit", "; did you mean 'audit'? (see"),
        ("a.csv", "; to look for wrong labels in a file: sknoisy audit a.csv (see"),
    ],
)
def test_what_is_not_known_is_told_with_what_may_be_meant(arguments, told, capsys):
    assert main(arguments.split()) == 2
    out, err = capsys.readouterr()
    assert told in err and err.count("\n") == 1 and not out


def test_words_of_other_commands_lead_to_options_that_there_are(capsys):
    known = set()
    for command in COMMANDS:
        with pytest.raises(SystemExit):
            main([command, "--help"])
        known |= set(re.findall(r"(?<!\w)--?[a-z][\w-]*", capsys.readouterr().out))
    assert set(WORDS) <= known and "-o" in known
    assert not known & {word for words in WORDS.values() for word in words.split()}


@pytest.mark.parametrize("command", COMMANDS)
def test_the_folder_has_a_short_option(command):
    begin = [command, "a.csv", *["b.csv"] * (command == "apply")]
    assert _make_parser().parse_args([*begin, "-o", "there"]).out == "there"
