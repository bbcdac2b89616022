"""The server of the dashboard: ``python -m dashboard SCENARIO SEED PORT``, as ``offtherun dashboard`` starts it.

It serves this machine alone, and fetches nothing: what is not in ``solara-assets`` is not there.
"""

import os
import sys
from pathlib import Path

SETTINGS = {
    "SOLARA_APP": "dashboard.page",
    "SOLARA_MODE": "production",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_THEME_SHOW_BANNER": "False",
    "SOLARA_ASSETS_CDN": "http://127.0.0.1:9/",  # nobody answers there
}


def serve(scenario: str, seed: int, port: int) -> None:
    """Live the burn-in of a scenario, then serve the page until interrupted."""
    os.environ.update(SETTINGS)
    import uvicorn
    from solara.server.starlette import app

    from dashboard.session import STARTED, Start
    from experiments.kinds import traits_by_kind
    from experiments.scenario import load

    world = load(scenario, traits_by_kind())
    print(f"{world.name}, seed {seed}: living the burn-in of {world.run.burn_in_days} days", flush=True)
    base = str(Path(scenario).resolve()) if scenario.endswith(".toml") else scenario
    STARTED.append(Start.of(world, base, seed))
    print(f"open     http://localhost:{port}   (end it with Ctrl-C)", flush=True)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
