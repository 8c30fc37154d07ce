"""The one exception a reader can cause: a sentence that says what was found and what is allowed."""


class GdvizError(ValueError):
    """Something the reader asked for cannot be done.

    The message is one sentence without a traceback's jargon: which thing, what was found, what is
    allowed. The command line prints it and exits with 2, the pages show it beside the widget.
    """
