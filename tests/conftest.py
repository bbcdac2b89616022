"""Let tests share helpers: files of this folder import each other by name.

No test is timed: compiling takes seconds.
"""

import sys
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).resolve().parent))
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
