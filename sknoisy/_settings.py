"""Settings of torch's that would reach into a fit from outside, kept out of it."""

import os
import threading
from collections import Counter
from contextlib import ExitStack, contextmanager

import torch


@contextmanager
def own_settings():
    """Let torch compute as it does by itself, whatever the caller has set.

    With gradients, without inference mode or autocast, with float32 as the default type
    and the CPU as the default device. All is as before in the end.
    """
    with ExitStack() as stack:
        stack.enter_context(_default_type)
        if torch.is_inference_mode_enabled():
            stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.enable_grad())
        for kind in ("cpu", "cuda"):
            if torch.is_autocast_enabled(kind):
                stack.enter_context(torch.autocast(kind, enabled=False))
        if torch.empty(0).device.type != "cpu":
            stack.enter_context(torch.device("cpu"))
        yield


class _DefaultType:
    """float32 as torch's default, from the first fit that runs to the last one.

    The default is that of all threads: each fit restoring what it found would bring
    back what another one had set.
    """

    def __init__(self):
        self.lock = threading.Lock()
        self.users = Counter()
        self.original = None

    def __enter__(self):
        with self.lock:
            if not self.users:
                self.original = torch.get_default_dtype()
            self.users[threading.get_ident()] += 1
            if self.original != torch.float32:
                torch.set_default_dtype(torch.float32)

    def __exit__(self, *error):
        with self.lock:
            me = threading.get_ident()
            self.users[me] -= 1
            self.users += Counter()  # drops what is zero
            if not self.users:
                torch.set_default_dtype(self.original)

    def renew(self):
        """Forget the fits of other threads, none of which comes along with a fork."""
        me = threading.get_ident()
        others = any(thread != me for thread in self.users)
        self.lock = threading.Lock()
        self.users = Counter({me: self.users[me]}) + Counter()
        if others and not self.users:
            torch.set_default_dtype(self.original)


_default_type = _DefaultType()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_default_type.renew)
