"""``python -m solidago``."""

import sys

from solidago.cli import main

sys.exit(main(sys.argv[1:]))
