"""Options that several commands take; it loads nothing, so that --help is quick."""


def add_reading(parser):
    """Add the options that overrule what is guessed of a file."""
    group = parser.add_argument_group(
        "how the file is read", "Each overrules a guess; NAMES are columns, by commas."
    )
    for option, metavar, text in (
        ("encoding", "NAME", "how letters are written, e.g. cp1252 (default: UTF-8)"),
        ("separator", "MARK", "between cells: one character, or tab, space, ..."),
        ("decimal", "MARK", "the decimal sign: . or ,"),
        ("sheet", "NAME", "of an Excel file (default: the first that holds cells)"),
    ):
        group.add_argument(f"--{option}", metavar=metavar, help=text)
    group.add_argument(
        "--skip", type=int, metavar="N", help="how many lines are above the header"
    )
    group.add_argument(
        "--header",
        choices=("yes", "no"),
        help="whether the first row names the columns",
    )
    group.add_argument(
        "--missing",
        metavar="WORDS",
        help="words that stand for missing values, labels included, by commas",
    )
    group.add_argument(
        "--images",
        metavar="NAME",
        help="the column with paths of images, which are judged then, or none"
        " (default: one whose cells are such paths)",
    )
    group.add_argument(
        "--image-size",
        type=int,
        default=32,
        metavar="N",
        help="how many pixels high and wide images are judged (default: %(default)s)",
    )
    for role, text in (
        ("ignore", "columns that nothing is learned from"),
        ("id", "columns that name a row; the first comes back with each issue"),
        ("group", "a column that tells which rows belong together"),
        ("text", "columns of texts"),
        ("number", "columns of numbers"),
        ("category", "columns of categories"),
        ("date", "columns of dates"),
    ):
        group.add_argument(f"--{role}", metavar="NAMES", help=text)


def add_data(parser, **more):
    """Add the file that is read."""
    parser.add_argument(
        "data",
        metavar="DATA",
        help=(
            "a file: CSV of any kind, Excel, Parquet, Feather, JSON, ARFF, libsvm, or"
            " NPZ with the arrays X and y; also packed (.gz, .zip, .zst). Or a folder"
            " of Parquet files, or one of images with a folder for each class"
        ),
        **more,
    )


def add_running(parser):
    """Add what is drawn at random, and how much runs at a time."""
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="default: 0")
    parser.add_argument(
        "--jobs",
        type=int,
        default=1,
        metavar="N",
        help="fits at a time, in processes (default: 1; -1: as many as processors)",
    )
    parser.add_argument(
        "--threads",
        type=int,
        default=1,
        metavar="N",
        help="threads of each fit (default: 1, the fastest for small networks)",
    )
