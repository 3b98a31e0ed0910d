"""Values in messages: as they are where they are short, else what they are."""

LONGEST = 120  # characters


def shown(value):
    """Return ``repr(value)``; of a large thing its beginning, of an array its shape."""
    shape = getattr(value, "shape", ())
    if isinstance(shape, tuple) and len(shape):
        n_values = 1
        for length in shape:
            n_values *= length
        if n_values > 8 or len(shape) > 1:
            return f"<{type(value).__name__} of shape {tuple(shape)}>"
    text = " ".join(repr(value).split())
    if len(text) <= LONGEST:
        return text
    length = f" ({len(value)} in all)" if hasattr(value, "__len__") else ""
    return f"{text[: LONGEST - 30]}…{length}"
