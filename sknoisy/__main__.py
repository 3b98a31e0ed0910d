"""``python -m sknoisy`` is the command ``sknoisy``."""

import sys

from sknoisy._cli import main

sys.exit(main())
