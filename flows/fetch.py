"""Sources in object storage -> the same files in a folder of the user's cache, from where they are read.

What is there already, told by the tag that the store gives of an object, is not fetched again; what the store has no
more is removed.
"""

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from flows.errors import StopError
from flows.progress import step
from flows.releases import alone
from flows.stores import Store, cache_of, is_store, store_at, told_plainly

_TAGS = ".tags.json"


def place_of(source: str) -> Path | str:
    """What a user names as a source: a path, or an address as it is."""
    return source if is_store(source) else Path(source)


def fetched(sources: Sequence[Path | str]) -> tuple[Path, ...]:
    """The paths as they are, and for each address the folder or file that holds what is there now."""
    return tuple(fetch(source) if isinstance(source, str) else source for source in sources)


def fetch(url: str) -> Path:
    """Bring what lies at an address, `s3://bucket/prefix` or one object; StopError if nothing does."""
    folder = cache_of("sources", url)
    with (
        step(f"Fetching from {url}"),
        told_plainly(url, "nothing was read or published"),
        alone(folder),
    ):
        store, tags = _listed(store_at(url))
        if not tags:
            raise StopError(f"{url} holds no source; correct the address, or put texts there")
        known = _known(folder)
        _remove_others(folder, tags)
        # Gone while files change, so that a run that is killed meanwhile has the next one fetch all of them.
        (folder / _TAGS).unlink(missing_ok=True)
        store.get([name for name, tag in tags.items() if known.get(name) != tag], folder)
        (folder / _TAGS).write_text(json.dumps(tags), encoding="utf-8")
    is_one_object = store.url != url.rstrip("/")
    return folder / next(iter(tags)) if is_one_object else folder


def _listed(store: Store) -> tuple[Store, dict[str, str]]:
    """Where the objects lie, and of each its name there and a tag that changes with its bytes.

    The address of one object stands for that object alone, in the folder in which it lies. Hidden ones, which nobody
    reads, are left out.
    """
    found: Mapping[str, Mapping[str, Any]] = store.files.find(store.root, detail=True)
    if store.root in found:
        url, root = (place.rpartition("/")[0] for place in (store.url, store.root))
        store = Store(url, store.files, root)
    tags = {}
    for path, facts in found.items():
        name = path.removeprefix(f"{store.root}/")
        parts = name.split("/")
        # Some tools make an empty object for a folder.
        if facts.get("type") == "directory" or not parts[-1]:
            continue
        if any(part in ("", "..") for part in parts) or "\0" in name:
            raise StopError(f"{store.url}: {name!r} is no path in a folder; rename the object")
        if not any(part.startswith(".") for part in parts):
            tags[name] = str([facts.get(key) for key in ("ETag", "size", "mtime", "created")])
    return store, tags


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
