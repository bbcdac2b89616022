"""Why a leveraged fund holds less than it usually would; in the record by lower case names."""

from enum import IntEnum


class Reason(IntEnum):
    """What binds first."""

    NONE = 0
    CARRY = 1  # futures are not dear enough
    REPO = 2  # overnight repo is dearer than it was expected to be
    MARGIN = 3  # haircuts and initial margin take more than its equity
    LOSSES = 4  # its equity has shrunk below what its leverage allows
