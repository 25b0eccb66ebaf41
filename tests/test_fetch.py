"""Sources in object storage are read as those in a folder are, and what has not changed is not fetched again."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from flows.errors import StopError
from flows.fetch import fetch, fetched, place_of
from flows.publish import Order, publish
from flows.releases import files_of, read_release

URL = "memory://open-data/texts"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A store in memory, and a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    files = fsspec.filesystem("memory")
    files.pipe(
        {
            f"{URL}/a.txt": b"a",
            f"{URL}/yunxi/b.txt": b"b",
            f"{URL}/yunxi/b.toml": b"",
            f"{URL}/.hidden": b"",
        }
    )
    yield files
    files.rm("/open-data", recursive=True)


@pytest.fixture
def brought(store: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the objects that are fetched from now on."""
    names: list[str] = []
    get_file = type(store).get_file

    def get_and_tell(self: Any, path: str, *others: Any, **named: Any) -> Any:
        names.append(path.rpartition("/")[2])
        return get_file(self, path, *others, **named)

    monkeypatch.setattr(type(store), "get_file", get_and_tell)
    return names


def contents(folder: Path) -> dict[str, bytes]:
    paths = (p for p in folder.rglob("[!.]*") if p.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_the_folder_has_what_the_store_has(store: Any, brought: list[str]) -> None:
    folder = fetch(URL)
    assert contents(folder) == {"a.txt": b"a", "yunxi/b.txt": b"b", "yunxi/b.toml": b""}
    assert len(brought) == 3
    assert fetch(URL) == folder
    assert len(brought) == 3


def test_what_is_new_or_changed_is_fetched_and_what_is_gone_goes(
    store: Any, brought: list[str]
) -> None:
    folder = fetch(URL)
    brought.clear()
    store.pipe({f"{URL}/a.txt": b"other", f"{URL}/c/d.txt": b"d", f"{URL}/yunxi": b"a file now"})
    store.rm(f"{URL}/yunxi/b.txt")
    store.rm(f"{URL}/yunxi/b.toml")
    assert fetch(URL) == folder
    assert contents(folder) == {"a.txt": b"other", "c/d.txt": b"d", "yunxi": b"a file now"}
    assert sorted(brought) == ["a.txt", "d.txt", "yunxi"]


def test_a_file_that_is_gone_here_is_fetched_again(store: Any, brought: list[str]) -> None:
    folder = fetch(URL)
    brought.clear()
    shutil.rmtree(folder / "yunxi")
    (folder / "a.txt").unlink()
    (folder / "stray.txt").write_text("of nobody")
    assert contents(fetch(URL)).keys() == {"a.txt", "yunxi/b.txt", "yunxi/b.toml"}
    assert len(brought) == 3


def test_after_a_fetch_that_broke_off_nothing_is_trusted(
    store: Any, brought: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fetch(URL)
    store.pipe(f"{URL}/a.txt", b"other")
    with monkeypatch.context() as patch:
        patch.setattr(
            type(store), "get_file", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt)
        )
        with pytest.raises(KeyboardInterrupt):
            fetch(URL)
    brought.clear()
    assert contents(fetch(URL))["a.txt"] == b"other"
    assert len(brought) == 3
    assert json.loads((folder / ".tags.json").read_bytes()).keys() == contents(folder).keys()


def test_one_object_is_one_file(store: Any) -> None:
    path = fetch(f"{URL}/yunxi/b.txt")
    assert (path.name, path.read_bytes()) == ("b.txt", b"b")


def test_an_address_with_nothing_is_a_clear_stop(store: Any) -> None:
    with pytest.raises(
        StopError, match=r"memory://open-data/nowhere holds no source; correct the address"
    ):
        fetch("memory://open-data/nowhere")


def test_a_name_that_leads_out_is_refused(store: Any) -> None:
    store.store["/open-data/texts/../../out.txt"] = store.store["/open-data/texts/a.txt"]
    with pytest.raises(
        StopError, match=r"'\.\./\.\./out\.txt' is no path in a folder; rename the object"
    ):
        fetch(URL)
    del store.store["/open-data/texts/../../out.txt"]


def test_paths_stay_paths(tmp_path: Path, store: Any) -> None:
    assert fetched((tmp_path, place_of(str(tmp_path)))) == (tmp_path, tmp_path)
    assert place_of(URL) == URL
    assert fetched((URL,)) == (fetch(URL),)


@pytest.mark.usefixtures("prefect_server")
def test_a_release_of_fetched_sources_has_the_bytes_of_one_from_a_folder(
    order: Order, store: Any, tmp_path: Path
) -> None:
    [folder] = order.sources
    store.put(f"{folder}/", f"{URL}2/", recursive=True)
    publish(order)
    publish(
        Order(
            (f"{URL}2",),
            tmp_path / "other",
            order.lexicons,
            order.corrections,
            order.guards,
            order.golden,
        )
    )
    here, there = (read_release(output).folder for output in (order.output, tmp_path / "other"))
    assert files_of(here) == files_of(there)
    for name in files_of(here):
        assert (here / name).read_bytes() == (there / name).read_bytes(), name
