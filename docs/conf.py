"""The site: Markdown and notebooks as they are, a page of reference for every module, nothing fetched from anywhere.

``make docs`` builds it with warnings as errors. Notebooks are shown with the outputs they were committed with.
"""

import re
import shutil
import sys
import tomllib
from pathlib import Path

DOCS = Path(__file__).parent
ROOT = DOCS.parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(DOCS))

import made  # noqa: E402
import reference  # noqa: E402

project = "Off the Run"
author = "The Off the Run contributors"
release = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
extensions = ["myst_nb", "sphinx.ext.autodoc"]
exclude_patterns = ["_build", "*.template.md", "**/*.template.md", "**/.ipynb_checkpoints"]
highlight_language = "none"

nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3

autodoc_default_options = {"members": True, "member-order": "bysource", "show-inheritance": True}
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
toc_object_entries = False

html_theme = "furo"
html_title = f"Off the Run {release}"
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_static_path = ["_static"]
html_css_files = ["site.css"]

ELSEWHERE = re.compile(
    r"""<(?:script|img|iframe|source)\b[^>]*\bsrc="(?:https?:)?//|<link\b[^>]*\bhref="(?:https?:)?//"""
)


def _bring_notebooks() -> None:
    """Copy the notebooks beside the pages, where Sphinx looks for them."""
    shutil.rmtree(DOCS / "notebooks", ignore_errors=True)
    if (ROOT / "notebooks").is_dir():
        shutil.copytree(ROOT / "notebooks", DOCS / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))


def _refuse_other_machines(app, error) -> None:
    """Fail if a page would ask another machine for anything but a link that its reader follows."""
    if error is None and app.builder.format == "html":
        asking = [path.name for path in Path(app.outdir).rglob("*.html") if ELSEWHERE.search(path.read_text("utf-8"))]
        if asking:
            raise RuntimeError(f"pages that fetch from another machine: {', '.join(asking)}")


def setup(app) -> None:
    """Make what is made for the site, and hook in how docstrings are shown."""
    _bring_notebooks()
    made.write(DOCS / "made")
    reference.write(DOCS / "reference")
    app.connect("autodoc-process-docstring", reference.as_plain_text)
    app.connect("autodoc-skip-member", reference.skip)
    app.connect("build-finished", _refuse_other_machines)
