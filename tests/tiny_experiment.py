"""An experiment of seconds: two arms of a small market that lives for a few days."""

from experiments.experiment import BUNDLED, parse
from experiments.small_world import tables as small_tables
from experiments.sweeps.sweep import jobs

DAYS = 2


def tables(**changed):
    """Return the tables of an experiment file, some of them replaced."""
    return {
        "name": "tiny",
        "question": "Does a small market notice its buybacks?",
        "mechanism": "as in the large one",
        "source": "a test",
        "control": "without",
        "set": small_tables(burn_in_days=1),
        "arms": {"without": {"scenario": "no-buybacks"}, "with": {}},
        "outcomes": [{"name": "noise", "column": "noise_bp", "smallest": 0.1}],
        "days": DAYS,
        "liquidity": [1, DAYS],
    } | changed


def tiny(**changed):
    """Return the experiment."""
    return parse(tables(**changed), "tiny.toml", BUNDLED)


def tiny_jobs(out, seeds=(1, 2), days=DAYS, **changed):
    """Return its runs."""
    return jobs(tiny(**changed).worlds(), seeds, days, out)


def bytes_of(out):
    """Return every table of a sweep by path: all but the manifests, which know the clock."""
    files = [path for path in sorted(out.rglob("*")) if path.is_file() and path.name != "manifest.json"]
    return {str(path.relative_to(out)): path.read_bytes() for path in files}
