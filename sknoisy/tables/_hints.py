"""What the name of a column suggests: ids, row numbers, groups of rows, votes."""

import re

from sknoisy.tables._column import text_of

__all__ = [
    "names_code",
    "names_group",
    "names_id",
    "names_opinion",
    "names_row",
    "names_row_only",
    "names_task",
    "names_worker",
    "names_year",
]

ID = re.compile(
    r"\b(id|ids|uid|uuid|guid|identifier|e ?mail|url|isbn|ssn|sku|hash|file ?name)\b"
    r"|\b(key|idx|nr|no|file|path|code)$"
)
ROW = re.compile(
    r"unnamed: \d+|row ?names?|row( (name|number|nr|no|id))?|index|level 0|id|#|nr|no"
    r"|number|obs|case|record|sample( (number|nr|no|id))?|seq|serial|n|"
)
GROUP = re.compile(
    r"\b(patient|subject|user|customer|client|person|participant|respondent|session"
    r"|device|visitor|speaker|household|family|donor|animal|player|account|group|batch"
    r"|cluster)s?( (id|nr|no|number|code|name|key))?$"
)
OPINION = re.compile(
    r"\b(annotators?|annotations?|raters?|rating|coders?|workers?|judges?|votes?|labels?"
    r"|labell?ers?|given|noisy|clean|true|truth|gold|corrected|checked|target|class"
    r"|consensus|majority|expert|reviewers?|crowd|y|pred|prediction|predicted)\b"
)
TASK = re.compile(
    r"\b(tasks?|items?|questions?|examples?|documents?|docs?|images?|units?|hit|samples?"
    r"|objects?|sentences?|instances?)\b"
)
WORKER = re.compile(
    r"\b(workers?|annotators?|raters?|coders?|labell?ers?|judges?|users?|reviewers?"
    r"|experts?|turkers?|participants?)\b"
)


def names_id(name):
    """Whether a name is that of ids."""
    return ID.search(_words(name)) is not None


def names_row(name):
    """Whether a name is that of row numbers, a saved pandas index included."""
    return ROW.fullmatch(_words(name)) is not None


def names_row_only(name):
    """Whether a name is that of row numbers, and of nothing else."""
    return re.fullmatch(r"unnamed: \d+|row ?names?|level 0", _words(name)) is not None


def names_code(name):
    """Whether a name is that of codes, of places or goods, that rows share."""
    return re.search(r"\b(code|zip|postal)\b", _words(name)) is not None


def names_group(name):
    """Whether a name is that of whom several rows may belong to."""
    return GROUP.search(_words(name)) is not None


def names_opinion(name):
    """Whether a name is that of labels."""
    return OPINION.search(_words(name)) is not None


def names_task(name):
    """Whether a name is that of what people vote on."""
    return TASK.search(_words(name)) is not None


def names_worker(name):
    """Whether a name is that of those who vote."""
    return WORKER.search(_words(name)) is not None


def names_year(name):
    """Whether a name is that of years, which may rise one by one, and still tell."""
    return re.search(r"\byears?\b", _words(name)) is not None


def _words(name):
    """Return a name in small letters, its words apart: `patientID` is `patient id`."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text_of(name))
    return re.sub(r"[_.\-\s]+", " ", apart).strip().lower()
