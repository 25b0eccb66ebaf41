"""Why a command stops, and with which exit code."""


class StopError(Exception):
    """A command that cannot go on; the message tells where and what to do."""

    exit_code = 1


class UsageError(StopError):
    """An option whose value cannot be understood."""

    exit_code = 2


class NothingToReleaseError(StopError):
    """No document could be released."""

    exit_code = 1


class UnsoundError(StopError):
    """Rows that break an expectation; the message names them and their places."""

    exit_code = 3


class ReleaseError(StopError):
    """A release that cannot be made or found."""

    exit_code = 4


class PassingError(ReleaseError):
    """Storage that failed, but may work again in a moment."""


class CorrectionError(StopError):
    """A correction that is not well-formed, or matches no more."""

    exit_code = 5
