"""What ends the command with one line and exit code 2."""

from contextlib import contextmanager


class CommandError(Exception):
    """The command or its data can't be used as they are."""

    def __init__(self, message, program="sknoisy"):
        super().__init__(" ".join(str(message).split()))  # one line, whatever it was
        self.program = program


@contextmanager
def command_errors(*kinds, about=""):
    """Turn exceptions of these `kinds` into a CommandError, `about` before them."""
    try:
        yield
    except CommandError:
        raise
    except kinds as error:
        raise CommandError(f"{about}{error}") from error
