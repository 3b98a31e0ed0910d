"""Classes of which many labels look wrong, beside others: what that may mean."""

__all__ = ["doubts_of"]

FEWEST = 5  # labels that look wrong
MANY, OF_ALL = 0.4, 2  # share of a class's labels; times that of all labels
MOST_NAMED = 5


def doubts_of(classes):
    """Return a sentence on each class whose labels look wrong far more than others'.

    Where features can't tell a rare class from a frequent one, a judge takes it for
    mistakes: nothing but labels would tell the two readings apart.

    Parameters
    ----------
    classes : iterable of (name, n_samples, n_issues, looks_like)
        `looks_like` is what most of its issues seem to be, or None.

    Returns
    -------
    sentences : list of str
    """
    classes = list(classes)
    n_samples, n_issues = (sum(one[i] for one in classes) for i in (1, 2))
    least = max(MANY, OF_ALL * n_issues / max(1, n_samples))
    torn = [one for one in classes if FEWEST <= one[2] >= least * one[1]]
    found = []
    for name, n_samples, n_issues, other in torn[:MOST_NAMED]:
        like = "" if other is None else f", mostly for {str(other)!r}"
        found.append(
            f"{n_issues:,} of the {n_samples:,} labels {str(name)!r} are doubted{like}:"
            " either they are wrong, or what is known of a sample doesn't tell the two"
            " apart, and they are right. Check some before you change any."
        )
    if len(torn) > MOST_NAMED:
        found.append(f"So it is with {len(torn) - MOST_NAMED:,} more classes.")
    return found
