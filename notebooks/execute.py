"""Execute the notebooks, each in a kernel of its own and an empty folder, and write their outputs into them.

    python notebooks/execute.py [NAME ...]     # by default all; prints the seconds of each

A cell that fails ends it with the cell's error. What would differ between machines is taken off: times of execution and
the version of the interpreter. Pictures are kept in 128 colours, in less than half of their bytes. Needs the extra
``notebooks``.
"""

import os
import sys
from base64 import b64decode, b64encode
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import nbformat
from nbclient import NotebookClient
from PIL import Image

FOLDER = Path(__file__).parent
SECONDS_A_CELL = 600
COLOURS, PICTURE = 128, "image/png"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def execute(path: Path) -> float:
    """Execute a notebook and write it with its outputs; return the seconds that it took."""
    started, notebook = perf_counter(), nbformat.read(path, as_version=4)
    with TemporaryDirectory() as empty:
        client = NotebookClient(
            notebook,
            timeout=SECONDS_A_CELL,
            kernel_name=KERNEL["name"],
            record_timing=False,
            resources={"metadata": {"path": empty}},
        )
        client.execute()
    for output in (output for cell in notebook.cells for output in cell.get("outputs", ())):
        if PICTURE in output.get("data", {}):
            output["data"][PICTURE] = lighter(output["data"][PICTURE])
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    nbformat.write(notebook, path)
    return perf_counter() - started


def lighter(picture: str) -> str:
    """Return a PNG in base64 with few colours."""
    written = BytesIO()
    few = Image.open(BytesIO(b64decode(picture))).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(written, "PNG", optimize=True)
    return b64encode(written.getvalue()).decode()


if __name__ == "__main__":
    os.environ["PYTHONWARNINGS"] = "ignore:IProgress not found"  # no widget is wanted
    for chosen in [FOLDER / name for name in sys.argv[1:]] or sorted(FOLDER.glob("*.ipynb")):
        print(f"{chosen.name:40}{execute(chosen):6.0f} s", flush=True)
