"""``sknoisy audit``: read, look at the data, judge labels, write what was found."""

import sys

from sknoisy._cli._audit_files import AuditFiles
from sknoisy._cli._audit_text import print_data_issues, print_head, print_summary
from sknoisy._cli._checks import check_numbers, check_two_labels, make_folder
from sknoisy._cli._detectors import find_method, threshold_of
from sknoisy._cli._errors import CommandError
from sknoisy._cli._judged import judge
from sknoisy._cli._large import Large, is_large
from sknoisy._cli._progress import Progress
from sknoisy._cli._read import read
from sknoisy._cli._tables import WANTED_BY, check_table
from sknoisy._cli._threads import held_to
from sknoisy._look_alikes import look_alikes
from sknoisy.data_issues import find_data_issues

STAGES = {  # and what share of the time they take, more or less
    "looking for wrong labels": 80,
    "writing the report": 8,
    "writing the review page": 6,
    "drawing pictures": 6,
}
WITH_NETWORKS = ("margin",)  # the detectors that train one
TOO_MANY = 3  # the exit status where --fail-over is exceeded


def audit(arguments):
    """Do what the command line asks for; return the exit status."""
    _check_arguments(arguments)
    audited = Large(arguments) if is_large(arguments) else InMemory(arguments)
    table = audited.table
    folder = make_folder(arguments.out)
    print_head(table, audited.slips)
    data_issues = audited.find_data_issues()
    print_data_issues(data_issues)
    bar = Progress(list(STAGES), "step", list(STAGES.values()))
    networks = arguments.detector in WITH_NETWORKS
    with held_to(arguments.threads, arguments.jobs, networks=networks), bar:
        judged, files = audited.judge(data_issues, folder, bar.within)
        _write(files, data_issues, arguments, bar)
    print_summary(table, judged)
    _print_written(files)
    return _status(judged, arguments.fail_over)


class InMemory:
    """An audit of data that fit into memory.

    Parameters
    ----------
    arguments : Namespace
    """

    def __init__(self, arguments):
        self.arguments = arguments
        self.table = check_table(read(arguments), 2, WANTED_BY)
        # told with other things that are odd
        self.slips = look_alikes(self.table.y, self.table.label)

    def find_data_issues(self):
        """Return what is odd about the data."""
        return find_data_issues(self.table, random_state=self.arguments.seed)

    def judge(self, data_issues, folder, on_share):
        """Return what was found of each label, and the files that tell it."""
        judged = judge(self.table, data_issues, self.arguments, folder, on_share)
        return judged, AuditFiles(self.table, judged, folder)


def _check_arguments(arguments):
    check_numbers(arguments)
    check_two_labels(arguments)
    find_method(arguments.detector)
    threshold_of(arguments.threshold)
    if arguments.max_items < 1:
        raise CommandError(f"--max-items {arguments.max_items}: it must be at least 1.")
    share = arguments.fail_over
    if share is not None and not 0 <= share < 1:
        raise CommandError(
            f"--fail-over {share:g}: it must be a share from 0 to below 1, say 0.05."
        )


def _write(files, data_issues, arguments, bar):
    """Write all files, those first that cost nothing; Ctrl-C leaves what is there."""
    try:
        files.write_issues()
        files.write_matrix()
        files.write_columns()
        bar.tick()
        files.write_report(data_issues)
        bar.tick()
        files.write_page(arguments.max_items)
        bar.tick()
        files.draw()
        bar.tick()
        if files.judged.kept is not None:
            files.judged.kept.drop()
    except KeyboardInterrupt:
        told = f"\nWritten to {files.folder} before: {', '.join(files.written)}."
        if files.judged.kept is not None:
            told += (
                "\nThe same command with --resume writes the rest without judging anew."
            )
        print(told, file=sys.stderr)
        raise


def _print_written(files):
    for note in files.notes:
        print(f"note: {note}")
    print(f"Written to {files.folder}: {', '.join(files.written)}")
    print(
        f"Open {files.folder / 'report.html'} in a browser to read what was found, and"
        f" {files.folder / 'review.html'} to check the labels."
    )


def _status(judged, fail_over):
    """Return 3 where a larger share of labels looks wrong than is allowed."""
    share = float(judged.is_issue_.mean())
    if fail_over is None or share <= fail_over:
        return 0
    print(f"{share:.1%} look wrong, more than --fail-over {fail_over:g} allows.")
    return TOO_MANY
