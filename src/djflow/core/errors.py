"""One error tree: each error says in one Chinese sentence what, which, and what would fix it.

Messages never hold personal data (no names, numbers, reasons): they end up in logs, in Prefect and on pages.
"""


class DjflowError(Exception):
    """A refusal or failure that djflow can explain to a person.

    `code` is a stable English word for programs, `retryable` says whether the same call may succeed later.
    """

    code = "error"
    retryable = False

    def __init__(self, message: str, *, code: str | None = None) -> None:
        """Keep the Chinese sentence `message`; `code` overrides the class's stable code."""
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class InputError(DjflowError):
    """What was handed in cannot be used: a rule text, a file, a month, a form field."""

    code = "bad_input"


class RuleError(DjflowError):
    """A rule of the office forbids it."""

    code = "refused_by_rule"


class NotFoundError(DjflowError):
    """The thing named does not exist in this house."""

    code = "not_found"


class GoneError(DjflowError):
    """A link that was good is over."""

    code = "gone"


class ConflictError(DjflowError):
    """Somebody else was faster, or the thing is no longer in the state this act needs."""

    code = "conflict"


class ConfigError(DjflowError):
    """A file below config/ is wrong; the message names file, line and key."""

    code = "bad_config"


class KeyFileError(DjflowError):
    """The key that protects personal data is missing, unreadable or not the right one."""

    code = "key_file"


class DatabaseUnavailableError(DjflowError):
    """The database is locked, full, read-only or not reachable."""

    code = "database"
    retryable = True


class IntegrityError(DjflowError):
    """Stored data contradicts itself: a broken audit chain, a roster that does not match its files."""

    code = "integrity"
