"""How far it is: a bar on a terminal, else a plain line when a method is done."""

import sys

from tqdm import tqdm


class Progress:
    """Progress through fits, or other steps, that come in a known order.

    Parameters
    ----------
    names : list of str
        The method of each fit, in order; or what each step does.

    unit : str, default="fit"
        What is counted.
    """

    def __init__(self, names, unit="fit"):
        self.names = names
        self.unit = unit
        self.n_done = 0

    def __enter__(self):
        self.bar = tqdm(
            total=len(self.names),
            desc=self._now(),
            unit=self.unit,
            file=sys.stderr,
            leave=False,
            dynamic_ncols=True,
            disable=not sys.stderr.isatty(),
        )
        return self

    def __exit__(self, *_):
        self.bar.close()

    def tick(self):
        """Count one fit as done."""
        name = self._now()
        self.n_done += 1
        self.bar.set_description(self._now(), refresh=False)
        self.bar.update()
        if self.bar.disable and self._now() != name:
            n_left = len(set(self.names[self.n_done :]))
            print(f"{name} is done, {n_left} to go", file=sys.stderr, flush=True)

    def _now(self):
        return self.names[self.n_done] if self.n_done < len(self.names) else ""
