"""Sources in object storage -> the same files in a folder of the user's cache, from where they are read.

What is there already, told by the tag that the store gives of an object, is not fetched again; what the store has no
more is removed.
"""

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from flows.errors import StopError
from flows.progress import step
from flows.releases import alone
from flows.stores import Store, is_store, store_at, told_plainly

_AT_ONCE = 16
_TAGS = ".tags.json"


def place_of(source: str) -> Path | str:
    """What a user names as a source: a path, or an address as it is."""
    return source if is_store(source) else Path(source)


def fetched(sources: Sequence[Path | str]) -> tuple[Path, ...]:
    """The paths as they are, and for each address the folder or file that holds what is there now."""
    return tuple(fetch(source) if isinstance(source, str) else source for source in sources)


def fetch(url: str) -> Path:
    """Bring what lies at an address, `s3://bucket/prefix` or one object; StopError if nothing does."""
    name = hashlib.sha256(url.encode()).hexdigest()[:16]
    folder = platformdirs.user_cache_path("huiyi") / "sources" / name
    with step(f"Fetching from {url}"), told_plainly(url), alone(folder):
        store = store_at(url)
        there = dict(_objects(store))
        if not there:
            raise StopError(f"{url} holds no source; correct the address, or put texts there")
        known = _known(folder)
        _remove_others(folder, there)
        # Gone while files change, so that a run that is killed meanwhile has the next one fetch all of them.
        (folder / _TAGS).unlink(missing_ok=True)
        _bring(store, [o for n, o in there.items() if known.get(n) != o.tag], folder)
        tags = {name: found.tag for name, found in there.items()}
        (folder / _TAGS).write_text(json.dumps(tags), encoding="utf-8")
    [*names] = there
    return folder / names[0] if there[names[0]].path == store.root else folder


@dataclass(frozen=True, slots=True)
class _Object:
    """What lies in the store: its path, its name in the folder, and a tag that changes with its bytes."""

    path: str
    name: str
    tag: str


def _objects(store: Store) -> Iterator[tuple[str, _Object]]:
    """The objects under the address by their names; those that no one reads, hidden ones, are left out."""
    found: Mapping[str, Mapping[str, Any]] = store.files.find(store.root, detail=True)
    for path, facts in found.items():
        name = path.removeprefix(store.root).removeprefix("/") or path.rpartition("/")[2]
        parts = name.split("/")
        # Some tools make an empty object for a folder.
        if facts.get("type") == "directory" or not parts[-1]:
            continue
        if any(part in ("", "..") for part in parts) or "\0" in name:
            raise StopError(f"{store.url}: {name!r} is no path in a folder; rename the object")
        if not any(part.startswith(".") for part in parts):
            tag = str([facts.get(key) for key in ("ETag", "size", "mtime", "created")])
            yield name, _Object(path, name, tag)


def _known(folder: Path) -> Mapping[str, str]:
    """The tags of the files that are in the folder."""
    try:
        known: Mapping[str, str] = json.loads((folder / _TAGS).read_bytes())
    except (OSError, ValueError):
        return {}
    return {name: tag for name, tag in known.items() if (folder / name).is_file()}


def _remove_others(folder: Path, names: Iterable[str]) -> None:
    """Remove every file and folder that the store does not have; hidden ones are this program's own."""
    files = {folder / name for name in names}
    folders = {parent for path in files for parent in path.parents}
    for path in sorted(folder.rglob("[!.]*")):
        if path.is_dir() and path not in folders:
            shutil.rmtree(path)
        elif path.is_file() and path not in files:
            path.unlink()


def _bring(store: Store, objects: Sequence[_Object], folder: Path) -> None:
    for parent in {(folder / found.name).parent for found in objects}:
        parent.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        list(threads.map(lambda o: store.files.get_file(o.path, str(folder / o.name)), objects))
