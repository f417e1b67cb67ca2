"""Road tiles of a small made-up town, and a Valhalla that drives on them."""

import fcntl
import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import osmium
from osmium.osm.mutable import Node, Way

#: The town is a grid of streets from this corner; an island lies east of it without a bridge.
CORNER, ISLAND = (4.700, 50.880), (4.780, 50.880)
STREETS, STEP = 10, 0.004


def place(column: float, row: float, corner: tuple[float, float] = CORNER) -> tuple[float, float]:
    """A point of the grid: longitude and latitude."""
    return corner[0] + column * STEP, corner[1] + row * STEP * 0.63


def write_extract(path: Path) -> None:
    """Two towns as OpenStreetMap would have them."""
    with osmium.SimpleWriter(str(path)) as writer:
        for first, corner in ((1, CORNER), (10_001, ISLAND)):
            for n in range(STREETS * STREETS):
                spot = place(n % STREETS, n // STREETS, corner)
                writer.add_node(Node(id=first + n, location=spot, version=1))
        for first in (1, 10_001):
            across = [[first + n * STREETS + i for i in range(STREETS)] for n in range(STREETS)]
            along = [list(nodes) for nodes in zip(*across, strict=True)]
            for way, nodes in enumerate(across + along, start=first):
                tags = {"highway": "residential", "name": f"Straat {way}"}
                writer.add_way(Way(id=way, nodes=nodes, tags=tags, version=1))


def build(folder: Path) -> Path:
    """The configuration file of tiles that are built once, whoever else of the tests wants them."""
    from valhalla import get_config

    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        config = folder / "valhalla.json"
        if not config.exists():
            extract, tiles, none = folder / "town.osm.pbf", folder / "tiles", folder / "none.tar"
            tiles.mkdir()
            none.touch()
            write_extract(extract)
            settings = get_config(tile_extract=str(none), tile_dir=str(tiles))
            for unused in ("admin", "timezone"):
                settings["mjolnir"].pop(unused, None)
            settings["mjolnir"]["concurrency"] = 1
            draft = folder / "draft.json"
            draft.write_text(json.dumps(settings))
            command = [executable("valhalla_build_tiles"), "-c", str(draft), str(extract)]
            # It leaves a report where it is run.
            subprocess.run(command, check=True, capture_output=True, cwd=folder)
            draft.rename(config)
    return config


def executable(program: str) -> str:
    """A program that comes with the wheel."""
    import valhalla

    return str(Path(valhalla.__file__).parent / "bin" / program)


@contextmanager
def serve(config: Path, folder: Path) -> Iterator[str]:
    """Valhalla's own HTTP server on these tiles; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    settings = json.loads(config.read_text())
    settings["httpd"]["service"] |= {
        "listen": f"tcp://{address}",
        "loopback": f"ipc://{folder}/loopback",
        "interrupt": f"ipc://{folder}/interrupt",
    }
    for step in ("loki", "thor", "odin"):
        settings[step]["service"]["proxy"] = f"ipc://{folder}/{step}"
    own = folder / "server.json"
    own.write_text(json.dumps(settings))
    server = subprocess.Popen(
        [executable("valhalla_service"), str(own), "1"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        host, port = address.split(":")
        wait_for(host, int(port))
        yield f"http://{address}"
    finally:
        server.kill()
        server.wait()


def wait_for(host: str, port: int, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection((host, port), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"Nobody listens on {port}.")
