"""Sweeps on a Dask cluster: an open address is refused, and a killed worker costs nothing but its time."""

import os
import signal
import threading
import time

import distributed
import pytest
from tiny_experiment import DAYS, bytes_of, tiny, tiny_jobs

from experiments.cli import main
from experiments.errors import UserError
from experiments.sweeps import cluster
from experiments.sweeps.cluster import refuse_open
from experiments.sweeps.sweep import open_sweep, sweep

OPEN = ("10.0.0.1:8786", "tcp://scheduler:8786", "tcp://192.168.1.7:8786")
NO_ADDRESS = ("scheduler", "127.0.0.1", "http://127.0.0.1:8786", "127.0.0.1:port")


def test_only_what_is_encrypted_or_of_this_machine_is_spoken_to():
    assert refuse_open("127.0.0.1:8786") == "tcp://127.0.0.1:8786"
    assert refuse_open("tcp://localhost:1") == "tcp://localhost:1"
    assert refuse_open("tls://scheduler.example:8786") == "tls://scheduler.example:8786"
    for address in OPEN:
        with pytest.raises(UserError, match="not encrypted and not of this machine, expected tls://"):
            refuse_open(address)
    for address in NO_ADDRESS:
        with pytest.raises(UserError, match="expected an address such as"):
            refuse_open(address)


@pytest.mark.parametrize("address", [*OPEN, *NO_ADDRESS, "127.0.0.1:9", "tls://127.0.0.1:9"])
def test_an_address_that_is_refused_leaves_no_folder(tmp_path, monkeypatch, capsys, address):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.1)
    with pytest.raises(SystemExit) as end:
        main(["experiment", "buybacks", "--cluster", address, "--out", "new"])
    said = capsys.readouterr().err
    assert end.value.code == 2 and f"offtherun: --cluster {address}: " in said and "expected" in said
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of Dask's own threads and sockets at the end
def test_a_worker_that_is_killed_does_not_change_what_the_sweep_leaves(tmp_path):
    for name in ("calm", "killed"):
        open_sweep(tiny(), tiny().worlds(), DAYS, tmp_path / name)
    sweep(tiny_jobs(tmp_path / "calm", seeds=range(1, 7)))
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
    ) as here:
        killed = []

        def kill_one_soon():
            """Kill a worker as soon as a run is there: the next are being made."""
            while not list((tmp_path / "killed" / "runs").glob("[a-z]*")):
                time.sleep(0.05)
            victim = next(iter(here.workers.values())).pid
            os.kill(victim, signal.SIGKILL)
            killed.append(victim)

        hand = threading.Thread(target=kill_one_soon)
        hand.start()
        wanted = tiny_jobs(tmp_path / "killed", seeds=range(1, 7))
        done = sweep(wanted, cluster=here.scheduler_address)
        hand.join()
    assert killed and [one.error for one in done] == [None] * 12
    assert bytes_of(tmp_path / "killed") == bytes_of(tmp_path / "calm")
