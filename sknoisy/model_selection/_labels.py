"""The labels of a cross-validation: given ones, clean ones, and what noise draws."""

from sklearn.base import clone

from sknoisy._labels import check_labels


def noisy_and_clean(X, y, y_clean, noise):
    """Return the given and the clean labels as arrays; None for unknown clean ones."""
    if noise is None:
        y_noisy = check_labels(y)
        return y_noisy, None if y_clean is None else _check_clean(y_clean, y_noisy)
    if y_clean is not None:
        raise ValueError(
            "noise makes wrong labels out of clean ones, so with noise=... y must be"
            " the clean labels: leave out y_clean, or the noise."
        )
    y = check_labels(y)
    return check_labels(clone(noise).fit_corrupt(y, X)), y


def _check_clean(y_clean, y_noisy):
    try:
        y_clean = check_labels(y_clean)
    except (TypeError, ValueError) as error:
        raise type(error)(f"The clean labels: {error}") from None
    given, clean = set(y_noisy.tolist()), set(y_clean.tolist())
    if not given & clean:
        raise ValueError(
            f"y and y_clean have no label in common: y holds {_some(given)}, y_clean"
            f" {_some(clean)}. Write both in the same terms."
        )
    return y_clean


def _some(labels):
    shown = [repr(label) for label in sorted(labels, key=str)[:5]]
    return ", ".join(shown) + (", …" if len(labels) > 5 else "")
