"""What is being done, for those who wait."""

import time


class Progress:
    """Tells in one line what begins.

    Parameters
    ----------
    verbose : bool or int
        Whether anything is told.
    """

    def __init__(self, verbose):
        self.verbose = verbose
        self.start = time.perf_counter()

    def tell(self, what):
        """Say what begins now."""
        if self.verbose:
            seconds = time.perf_counter() - self.start
            print(f"[AutoNoisyClassifier] {seconds:6.1f} s  {what}", flush=True)
