"""Ctrl-C that comes while things are being tidied up."""


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
