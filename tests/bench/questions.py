"""What is asked of every peer at a size. Each question goes to all of them, round by round, before the next one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from tests.bench.figures import BOTH_ENDS
from tests.bench.installs import cold_and_warm
from tests.bench.load import LOADS, Load, Rate, page_target
from tests.bench.run import Run
from tests.bench.site import Site, Target
from tests.bench.slow import CLIENTS, slow_clients
from tests.bench.transfers import LARGE, transfers_add
from tests.bench.uploads import site_uploader, uploads_per_second
from tests.bench.wheels import write_large_wheel

OURS = "ours"
# The two are to be much alike, and a small difference shows in many rounds only.
END_ROUNDS = 2
# What is asked at every size; the rest only where it is somebody's largest.
ALWAYS = frozenset({"page", "file-50kB"})


def loads_with_slow_clients(run: Run) -> None:
    """Put every load on every peer while slow clients are attached to it."""
    for load in LOADS:
        if load.name in ALWAYS or run.is_somebodys_largest:
            _in_turn(run, load, slow=True)


def loads_alone(run: Run) -> None:
    """Put every load on every peer."""
    for load in LOADS:
        if run.is_somebodys_largest:
            _in_turn(run, load, slow=False)


def _in_turn(run: Run, load: Load, *, slow: bool) -> None:
    run.tell(f"{run.size:,} files: {load.title}{', with slow clients' if slow else ''}")
    targets = dict(_targets(run, load))
    for _ in range(run.figures.rounds):
        for name, target in list(targets.items()):
            # Who failed once is not asked again.
            targets.pop(name)
            with run.attempt(load.title + (", slow clients attached" if slow else ""), name):
                rate = _beside_slow_clients(run, run.sites[name], target) if slow else run.wrk.run(target)
                _note_rate(run, load, name, rate, slow=slow)
                targets[name] = target


def _targets(run: Run, load: Load) -> Iterator[tuple[str, Target]]:
    for name, site in run.sites.items():
        with run.attempt(load.title, name):
            target = load.target(site)
            if target is not None:
                yield name, target


def _note_rate(run: Run, load: Load, name: str, rate: Rate, *, slow: bool) -> None:
    run.note(load.name, name, rate.per_second, slow=slow)
    # Where nothing was answered, nothing was answered quickly.
    if rate.per_second:
        run.note(f"{load.name} p99", name, rate.p99, slow=slow)


def _beside_slow_clients(run: Run, site: Site, target: Target) -> Rate:
    with slow_clients(site) as clients:
        rate = run.wrk.run(target)
        attached = clients.attached()
    if attached < CLIENTS:
        run.note("attached", site.name, attached, slow=True)
    return rate


def both_ends(run: Run) -> None:
    """Put the same page to our smallest and to our largest index in turn, while slow clients are attached."""
    small, large = min(run.figures.sizes), max(run.figures.sizes)
    if run.size != large or small == large:
        return
    run.tell(f"{small:,} and {large:,} files side by side: project page, with slow clients")
    with run.attempt("beside a small one", OURS), run.serving_fewer(run.peers[OURS], small) as few:
        for _ in range(END_ROUNDS * run.figures.rounds):
            for size, site in ((small, few), (large, run.sites[OURS])):
                rate = _beside_slow_clients(run, site, page_target(site))
                run.note(BOTH_ENDS, OURS, rate.per_second, slow=True, size=size)


def memory_after_load(run: Run) -> None:
    """Weigh every server once its loads are over."""
    for site in run.sites.values():
        run.note("load pss", site.name, site.server.memory().pss)


def installs(run: Run) -> None:
    """Install forty packages from every peer, with an empty and with a full cache."""
    if not run.is_somebodys_largest:
        return
    run.tell(f"{run.size:,} files: uv pip install")
    for site in run.sites.values():
        with run.attempt("uv pip install", site.name):
            cold, warm = cold_and_warm(site, run.folder, run.env)
            run.note("cold", site.name, cold)
            run.note("warm", site.name, warm)


def uploads(run: Run) -> None:
    """Upload wheels of 50 kB to every peer that takes any."""
    run.tell(f"{run.size:,} files: uploads")
    sites = _publishable(run)
    for turn in range(run.figures.rounds):
        for site in list(sites):
            # Who failed once is not asked again.
            sites.remove(site)
            with run.attempt("uploads", site.name):
                rate, tally = uploads_per_second(partial(site_uploader, site), run.figures.seconds, turn)
                run.note("uploads", site.name, rate)
                run.remark("uploads", site.name, tally.remark)
                sites.append(site)


def large_transfers(run: Run) -> None:
    """Upload a very large wheel to every peer that takes any, and download it again."""
    if not run.is_smallest:
        return
    run.tell(f"{run.size:,} files: an upload and a download of {run.figures.large:,} bytes")
    path = run.folder / LARGE.filename
    write_large_wheel(path, LARGE, run.figures.large)
    for site in _publishable(run):
        with run.attempt("large upload or download", site.name):
            up, down = transfers_add(site, path)
            run.note("upload adds", site.name, up)
            run.note("download adds", site.name, down)
    path.unlink()


def _publishable(run: Run) -> list[Site]:
    return [site for site in run.sites.values() if site.upload_url is not None]


# Large transfers come first, while no load has made a server grow already; small uploads last, since they change what
# the others would read.
QUESTIONS: tuple[Callable[[Run], None], ...] = (
    large_transfers,
    loads_alone,
    loads_with_slow_clients,
    both_ends,
    memory_after_load,
    installs,
    uploads,
)
