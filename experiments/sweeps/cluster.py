"""Runs of a sweep on a Dask cluster given by its address, by the same loop as processes of this machine.

The cluster is one that somebody started: Dask's own launchers know Slurm, Kubernetes and others
(``docs/howto-cluster.md``). Whoever can speak to a scheduler can have code executed: an address is taken if it is
encrypted (``tls://``, certificates from Dask's configuration) or of this machine. Workers have one thread each, the
versions of this process, and the folder of the sweep under the same path. A run whose worker dies is made by another;
after Dask's ``allowed-failures`` (3) it has failed. Needs the extra ``cluster``.
"""

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

from experiments.errors import UserError
from experiments.store import versions
from experiments.sweeps.jobs import Done, Job, failed, tasks
from experiments.sweeps.pools import made

PATIENCE_SECONDS = 600  # for the first worker: a launcher's job may wait in a queue
CONNECT_SECONDS = 15


def on_cluster(missing: list[Job], address: str) -> Iterator[Done]:
    """Make runs on a cluster; UserError if it cannot be reached, is open to others, or has workers that do not fit."""
    distributed = _library()
    with _connected(distributed, address) as client:
        workers = _fitting_workers(client, address)
        here = [Job(job.arm, job.scenario, job.seed, job.days, job.sweep.resolve()) for job in missing]
        queue = tasks(here, workers)
        pool = client.get_executor(pure=False)
        for done in made(pool, queue, len(queue), set(), lost=(distributed.scheduler.KilledWorker,)):
            yield done if done.error or done.job.folder.is_dir() else _elsewhere(done.job)


def refuse_unreachable(address: str) -> None:
    """Refuse a cluster that cannot be spoken to, before anything is written for it."""
    with _connected(_library(), address):
        pass


def _elsewhere(job: Job) -> Done:
    message = f"its worker wrote a folder that is not here, expected one that all share: {job.sweep}"
    return failed(job, message, message)


def _library() -> Any:
    try:
        import distributed
    except ImportError:
        raise UserError("--cluster needs the extra cluster, expected: pip install 'off-the-run[cluster]'") from None
    return distributed


def refuse_open(address: str) -> str:
    """Return an address with its scheme; UserError if others could speak to it unencrypted."""
    whole = address if "://" in address else f"tcp://{address}"
    parts = urlsplit(whole)
    host, port = parts.hostname or "", _port(parts)
    if parts.scheme not in ("tcp", "tls") or not host or port is None:
        raise UserError(f"--cluster {address}: expected an address such as 127.0.0.1:8786 or tls://scheduler:8786")
    if parts.scheme == "tcp" and not _loopback(host):
        raise UserError(
            f"--cluster {address}: not encrypted and not of this machine, expected tls://{host}:... "
            "(whoever reaches a scheduler may run code on it); see docs/howto-cluster.md"
        )
    return whole


def _port(parts: SplitResult) -> int | None:
    """Return the port of an address, None if it has none or no number."""
    try:
        return parts.port
    except ValueError:
        return None


def _loopback(host: str) -> bool:
    """Tell whether a host is this machine, by its name or number alone."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _connected(distributed: Any, address: str) -> Any:
    """Return a client."""
    whole = refuse_open(address)
    security = distributed.Security(require_encryption=True) if whole.startswith("tls") else None
    if security and security.get_connection_args("client")["ssl_context"] is None:
        raise UserError(
            f"--cluster {address}: Dask's configuration names no certificates, expected ca-file and client.cert below "
            "distributed.comm.tls; see docs/howto-cluster.md"
        )
    try:
        return distributed.Client(whole, security=security, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, TypeError) as error:
        raise UserError(f"--cluster {address}: {error}, expected a scheduler that answers there") from None


def _fitting_workers(client: Any, address: str) -> int:
    """Return the number of workers; UserError if there are none, or if one has several threads or other versions."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE_SECONDS)
    except TimeoutError:
        raise UserError(f"--cluster {address}: no worker in {PATIENCE_SECONDS} seconds, expected one or more") from None
    threads: dict[str, int] = client.nthreads()
    several = next((number for number in threads.values() if number > 1), None)
    if several:
        raise UserError(f"--cluster {address}: a worker has {several} threads, expected dask worker --nthreads 1")
    own = versions()
    for found in client.run(versions).values():
        differ = [f"{name} {found.get(name)} (here {own[name]})" for name in own if found.get(name) != own[name]]
        if differ:
            raise UserError(f"--cluster {address}: a worker has {', '.join(differ)}, expected the same versions")
    return len(threads)
