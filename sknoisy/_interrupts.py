"""Ctrl-C: while things are being tidied up, and what looks like it."""

import dis


def to_the_end(tidy_up):
    """Call `tidy_up` until it has got to its end; only then does Ctrl-C count."""
    interrupt = None
    while True:
        try:
            tidy_up()
            break
        except KeyboardInterrupt as error:
            interrupt = error
    if interrupt is not None:
        raise interrupt


def was_raised(interrupt):
    """Whether a ``raise`` made it, rather than a signal between two instructions."""
    trace = interrupt.__traceback__
    while trace.tb_next:
        trace = trace.tb_next
    instruction = trace.tb_frame.f_code.co_code[trace.tb_lasti]
    return dis.opname[instruction] == "RAISE_VARARGS"
