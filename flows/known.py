"""What the last release tells of documents that are not read here."""

from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from flows.errors import ReleaseError
from flows.releases import newest_release
from flows.repeats import Repeat, Text, of_similar_length, repeat_among, texts_of


class Known:
    """The last release, or nothing where there is none."""

    def __init__(self, output: Path) -> None:
        release = newest_release(output)
        self._folder = release.folder if release else None
        self.name = f"release {release.version}" if release else "no release"
        known = self._columns("documents", "path", "sha256").to_pydict() if release else {}
        self.bytes_of: dict[str, str] = dict(zip(*known.values(), strict=True)) if known else {}
        self.path_of = {digest: path for path, digest in self.bytes_of.items()}

    def repeated_by(self, text: Text, characters: int) -> Repeat | None:
        """The released document that says the same, if there is one."""
        if self._folder is None:
            return None
        likely = of_similar_length(characters, self._texts)
        return repeat_among(text, texts_of(likely, self._meetings))

    @cached_property
    def _texts(self) -> pa.Table:
        columns = ("document_id", "path", "published_on", "characters", "text")
        return self._columns("documents", *columns)

    @cached_property
    def _meetings(self) -> pa.Table:
        return self._columns("meetings", "document_id", "date")

    def _columns(self, table: str, *names: str) -> pa.Table:
        assert self._folder
        file = self._folder / f"{table}.parquet"
        try:
            return pq.read_table(file, columns=list(names))
        except (OSError, pa.ArrowException) as error:
            raise ReleaseError(
                f"{file} cannot be read ({error}); fetch the release anew"
            ) from error
