"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer


def _use(context: typer.Context, folder: Path | None) -> Path | None:
    """Put the user's own data in use before anything is read, and out of use when the command is done."""
    if folder is not None:
        from experiments.inputs.own_data import use
        from experiments.inputs.published import folder_in_use

        before = folder_in_use()
        use(folder)
        context.call_on_close(lambda: use(before))
    return folder


Data = Annotated[
    Path | None,
    typer.Option(
        help="Folder of your own tables: files there stand in for shipped ones (also: OFFTHERUN_DATA).",
        callback=_use,
        is_eager=True,
    ),
]
