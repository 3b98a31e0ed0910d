"""Settings of torch's that would reach into a fit from outside, kept out of it."""

import os
import threading
from contextlib import ExitStack, contextmanager, nullcontext

import torch

from sknoisy._interrupts import to_the_end


@contextmanager
def own_settings():
    """Let torch compute as it does by itself, whatever the caller has set.

    With gradients, without inference mode or autocast, with float32 as the default type
    and the CPU as the default device. All is as before in the end.
    """
    with ExitStack() as stack:
        stack.enter_context(_default_type.float32())
        if torch.is_inference_mode_enabled():
            stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.enable_grad())
        for kind in ("cpu", "cuda"):
            if torch.is_autocast_enabled(kind):
                stack.enter_context(torch.autocast(kind, enabled=False))
        if torch.empty(0).device.type != "cpu":
            stack.enter_context(torch.device("cpu"))
        yield


def usual_settings():
    """Return what keeps other settings out, for what ends before anybody changes them.

    Mostly there is nothing to keep out, and to look costs less than to set: a
    prediction of one row takes no longer than some of torch's contexts.
    """
    return nullcontext() if _are_usual() else own_settings()


def _are_usual():
    return (
        torch.is_grad_enabled()
        and not torch.is_inference_mode_enabled()
        and not torch.is_autocast_enabled("cpu")
        and not torch.is_autocast_enabled("cuda")
        and torch.get_default_dtype() is torch.float32
        and not _default_type.users  # whose last one may bring another type back
        and torch.empty(0).device.type == "cpu"
    )


class _DefaultType:
    """float32 as torch's default, from the first fit that runs to the last one.

    The default is that of all threads: each fit restoring what it found would bring
    back what another one had set.
    """

    def __init__(self):
        self.lock = threading.Lock()
        self.users = {}  # the thread of each
        self.original = None

    @contextmanager
    def float32(self):
        """Let it be float32 meanwhile."""
        user = object()
        try:
            self.enter(user)
            yield
        finally:
            to_the_end(lambda: self.leave(user))

    def enter(self, user):
        with self.lock:
            if not self.users:
                self.original = torch.get_default_dtype()
            self.users[user] = threading.get_ident()
            if self.original != torch.float32:
                torch.set_default_dtype(torch.float32)

    def leave(self, user):
        with self.lock:  # Ctrl-C may have come before it was one
            others = {one: it for one, it in self.users.items() if one is not user}
            if self.users and not others:
                torch.set_default_dtype(self.original)
            self.users = others

    def renew(self):
        """Forget the fits of other threads, none of which comes along with a fork."""
        me, before = threading.get_ident(), len(self.users)
        self.lock = threading.Lock()
        self.users = {user: it for user, it in self.users.items() if it == me}
        if before and not self.users:
            torch.set_default_dtype(self.original)


_default_type = _DefaultType()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_default_type.renew)
