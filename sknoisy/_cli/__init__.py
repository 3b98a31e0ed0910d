"""The command ``sknoisy``: what it takes, and how it ends."""

import argparse
import os
import re
import sys

import sknoisy
from sknoisy._cli._errors import CommandError
from sknoisy._cli._hints import hint_of_choice, hint_of_options
from sknoisy._cli._options import add_data, add_reading, add_running
from sknoisy._cli._votes import add_votes

__all__ = ["main"]

FAILED, USAGE, INTERRUPTED = 1, 2, 130


def main(argv=None):
    """Run the command.

    Parameters
    ----------
    argv : list of str, default=None
        Its arguments; None takes those of the process.

    Returns
    -------
    status : int
        0 if all went well, 1 if some method failed, 2 if the command or its data
        can't be used as they are (one line on stderr says why), 3 if more labels look
        wrong than ``--fail-over`` allows, 130 after Ctrl-C.
    """
    try:
        arguments = _parse(argv)
        status = arguments.run(arguments)
        sys.stdout.flush()
        return status
    except CommandError as error:
        print(f"{error.program}: error: {error}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        print("sknoisy: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # `sknoisy compare | head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def _parse(argv):
    arguments, unknown = _make_parser().parse_known_args(argv)
    if unknown:  # said by the subcommand's parser, whose help tells what there is
        parser = arguments.parser
        known = re.findall(r"--[a-z][\w-]*", parser.format_help())
        hint = hint_of_options(unknown, known)
        parser.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")
    return arguments


class _Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one line, without the usage before it."""

    def error(self, message):
        hint = hint_of_choice(message)
        see = f"(see {self.prog} --help)"
        raise CommandError(f"{message}{hint} {see}", program=self.prog)


def _make_parser():
    parser = _Parser(
        prog="sknoisy", description="Learning with labels that may be wrong."
    )
    parser.add_argument(
        "--version", action="version", version=f"sknoisy {sknoisy.__version__}"
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_compare(commands)
    _add_audit(commands)
    _add_apply(commands)
    add_votes(commands, _run_votes)
    return parser


def _add_compare(commands):
    parser = commands.add_parser(
        "compare",
        help="train several methods on noisy labels and score them side by side",
        description=(
            "Train several methods on noisy labels, score them by cross-validation on"
            " noisy and, where they are known, on clean labels, and print a table."
            " Without DATA: scikit-learn's digits with 40 % symmetric noise."
        ),
        epilog=(
            "Examples: sknoisy compare; sknoisy compare data.csv --label target"
            " --noise pair:0.3; sknoisy compare people.parquet --label given"
            " --clean-label checked --methods ce,gce,boosting"
        ),
    )
    parser.set_defaults(run=_run_compare, parser=parser)
    add_data(parser, nargs="?")
    parser.add_argument(
        "--label",
        metavar="NAME",
        help="the column with the labels to train on (NPZ: the array, default y)",
    )
    parser.add_argument(
        "--clean-label",
        metavar="NAME",
        help="the column with the true labels: scored on, never trained on",
    )
    _add_what_is_compared(parser)
    add_running(parser)
    _add_resume(parser)
    parser.add_argument(
        *("-o", "--out"),
        default="sknoisy-compare",
        metavar="DIR",
        help="where to write comparison.csv and comparison.png (default: %(default)s)",
    )
    parser.add_argument(
        "--html", action="store_true", help="write comparison.html, too: one page"
    )
    add_reading(parser)


def _add_resume(parser):
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on where the same command was interrupted",
    )


def _add_what_is_compared(parser):
    parser.add_argument(
        "--noise",
        metavar="KIND:RATE",
        help=(
            "make labels wrong on purpose: symmetric:0.4, pair:0.3, instance:0.3 or"
            " none; the file's labels count as clean then (default: none for a file)"
        ),
    )
    parser.add_argument(
        "--methods",
        metavar="A,B,...",
        help=(
            "names of losses (ce, gce, sce, nce_rce, ...) for a network, default (the"
            " network as it comes), auto (AutoNoisyClassifier), logistic, forest,"
            " boosting"
        ),
    )
    parser.add_argument(
        "--auto",
        action="store_true",
        help="a first baseline: the methods auto, logistic and boosting",
    )
    parser.add_argument(
        "--scoring",
        default="accuracy",
        metavar="NAME",
        help="a scorer of scikit-learn, e.g. balanced_accuracy (default: accuracy)",
    )
    parser.add_argument(
        "--folds", type=int, metavar="N", help="default: 5, and 3 without DATA"
    )


def _add_audit(commands):
    parser = commands.add_parser(
        "audit",
        help="find the labels that look wrong, and write a page to review them on",
        description=(
            "Estimate how many labels of a file, or a folder of images, are wrong and"
            " by which rule, rank the suspicious ones, and write them as CSV, as"
            " pictures and as a page on which people can check them, sample by sample."
        ),
        epilog=(
            "Examples: sknoisy audit data.csv --label target; sknoisy audit"
            " images.npz --detector margin --out audit; sknoisy audit photos/"
        ),
    )
    parser.set_defaults(run=_run_audit, parser=parser)
    add_data(parser)
    parser.add_argument(
        "--label",
        metavar="NAME",
        help="the column with the labels to check (NPZ: the array, default y)",
    )
    parser.add_argument(
        "--clean-label",
        metavar="NAME",
        help="the column with the true labels, to say how many issues are real",
    )
    parser.add_argument(
        "--detector",
        default="default",
        metavar="NAME",
        help="default, confident, margin or neighbors (default: %(default)s)",
    )
    parser.add_argument(
        "--threshold",
        default="auto",
        metavar="RULE",
        help=(
            "which labels are issues: auto, noise_rate, mixture, a share such as 0.05"
            " or a number such as 200 (default: %(default)s)"
        ),
    )
    _add_limits(parser)
    add_running(parser)
    _add_resume(parser)
    parser.add_argument(
        *("-o", "--out"),
        default="sknoisy-audit",
        metavar="DIR",
        help="where to write what was found (default: %(default)s)",
    )
    add_reading(parser)


def _add_limits(parser):
    parser.add_argument(
        "--fail-over",
        type=float,
        metavar="SHARE",
        help="end with status 3 if a larger share of labels looks wrong, e.g. 0.05",
    )
    parser.add_argument(
        "--max-items",
        type=int,
        default=1000,
        metavar="N",
        help="how many samples the page shows at most (default: %(default)s)",
    )


def _add_apply(commands):
    parser = commands.add_parser(
        "apply",
        help="write the file with the corrections that people made on the page",
        description=(
            "Write DATA anew with the labels that people decided on, on the page that"
            " the audit made. Separator, encoding, blank cells and the order of rows"
            " stay as they are: only corrected labels differ. Of a folder of images, a"
            " table of paths and labels is written, and a plan of what to move where;"
            " no image is moved. Nothing is written if the corrections were made for"
            " other labels."
        ),
        epilog=(
            "Examples: sknoisy apply data.csv review-corrections.csv --label target;"
            " sknoisy apply photos/ review-corrections.csv"
        ),
    )
    parser.set_defaults(run=_run_apply, parser=parser)
    parser.add_argument(
        "data", metavar="DATA", help="what was audited: a CSV file, or a folder"
    )
    parser.add_argument(
        "corrections",
        metavar="CORRECTIONS",
        nargs="+",
        help="what the page exported; several files, where people shared the work",
    )
    parser.add_argument("--label", metavar="NAME", help="as for the audit")
    parser.add_argument("--clean-label", metavar="NAME", help="as for the audit")
    parser.add_argument(
        *("-o", "--out"),
        metavar="FILE",
        help="where to write (default: beside DATA, as NAME-corrected.csv)",
    )
    parser.add_argument(
        "--plan",
        metavar="FILE",
        help=(
            "of a folder: where to write what to move where (default: beside it, as"
            " NAME-moves.csv)"
        ),
    )
    add_reading(parser)


def _run_apply(arguments):
    from sknoisy._cli._apply import apply

    return _run(apply, arguments)


def _run_compare(arguments):
    from sknoisy._cli._compare import compare  # loads torch, which --help needn't

    return _run(compare, arguments)


def _run_audit(arguments):
    from sknoisy._cli._audit import audit

    return _run(audit, arguments)


def _run_votes(arguments):
    from sknoisy._cli._votes import votes

    return _run(votes, arguments)


def _run(command, arguments):
    try:
        return command(arguments)
    except CommandError as error:
        error.program = arguments.parser.prog
        raise
