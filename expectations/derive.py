"""What is derived from the tables' definition: Arrow schemas, dictionary, Data Package, catalogues.

Pure functions of the definition and of what a release says of itself: no clock, no disk, no order
of a set. The Great Expectations suites are derived in `suites.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Any

import pyarrow as pa

from expectations.tables import TABLES, Column, ColumnType, Label, Row, Table

NAME = "huiyi"
TITLE = Label(
    "Huiyi: the initiatives that Chinese meetings announce", "会议：中文会议文本中的举措数据集"
)
SUMMARY = Label(
    "Initiatives, targets, programmes, catch-phrases and citations of higher authorities in "
    "Chinese meeting reports and government work reports, each with the place in the text where "
    "it stands, and a ledger that gives every clause of every text a role.",
    "中文会议报道与政府工作报告中的举措、定量目标、行动与工程、数字概括语与上级引用，"
    "每一条都标明在原文中的位置；另有总账，为每篇文本的每个分句判定作用。",
)
CREATOR = "The Huiyi maintainers"
KEYWORDS = ("China", "government", "meetings", "policy", "text as data", "open data")
ANNOTATION_LICENCE = {
    "name": "CC-BY-4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
    "title": "Annotations: Creative Commons Attribution 4.0 International",
}
TEXT_LICENCE = {
    "name": "see-documents.licence",
    "title": "Source texts, and the words of theirs that rows quote: see documents.licence",
}
_MEDIA_TYPES = {"parquet": "application/vnd.apache.parquet", "csv": "text/csv"}

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReleasedFile:
    """A file of a release: its size in bytes and its SHA-256 in hex."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Release:
    """What a release says of itself: version, files by path in its folder, rows by table."""

    version: str
    files: Mapping[str, ReleasedFile]
    row_counts: Mapping[str, int]


def to_json(value: Json) -> str:
    """A description as the text of a JSON file."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


# ---------------------------------------------------------------------------- Arrow

_ARROW_TYPES: Mapping[ColumnType, pa.DataType] = {
    "string": pa.string(),
    "date": pa.date32(),
    "bool": pa.bool_(),
    "int8": pa.int8(),
    "int16": pa.int16(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "float64": pa.float64(),
}


@cache
def arrow_schema(table: Table) -> pa.Schema:
    """The table's Arrow schema, with what each column means inside."""
    metadata: dict[bytes | str, bytes | str] = {
        "title": table.title,
        "title_zh": table.title_zh,
        "description": table.description,
        "description_zh": table.description_zh,
        "primary_key": json.dumps(table.primary_key),
        "foreign_keys": json.dumps({k.column: f"{k.table}.{k.target}" for k in table.foreign_keys}),
        "licence": f"{ANNOTATION_LICENCE['title']}. {TEXT_LICENCE['title']}.",
    }
    return pa.schema([_arrow_field(column) for column in table.columns], metadata=metadata)


def _arrow_field(column: Column) -> pa.Field[Any]:
    metadata: dict[bytes | str, bytes | str] = {
        "description": column.description,
        "description_zh": column.description_zh,
    }
    if column.values is not None:
        metadata["values"] = json.dumps(list(column.values))
    return pa.field(column.name, _ARROW_TYPES[column.type], column.is_nullable, metadata)


def rows_to_table(table: Table, rows: Sequence[Row]) -> pa.Table:
    """The rows as an Arrow table; TypeError naming the column where a value does not fit."""
    return pa.Table.from_arrays(
        [_arrow_column(table, column, rows) for column in table.columns],
        schema=arrow_schema(table),
    )


def _arrow_column(table: Table, column: Column, rows: Sequence[Row]) -> pa.Array[Any]:
    values = list(map(attrgetter(column.name), rows))
    try:
        return pa.array(values, type=_ARROW_TYPES[column.type])
    except (pa.ArrowException, OverflowError) as error:
        raise TypeError(f"{table.name}.{column.name} ({column.type}): {error}") from error


# ---------------------------------------------------------------------------- dictionary


def data_dictionary(level: int = 1) -> str:
    """Every table and column in English and Chinese, as Markdown under headings of that level."""
    return "\n".join(line for table in TABLES for line in _dictionary_of(table, level))


def _dictionary_of(table: Table, level: int) -> Iterator[str]:
    yield f"{'#' * level} `{table.name}` · {table.title} · {table.title_zh}"
    yield ""
    yield f"{table.description} {table.description_zh}"
    yield ""
    yield f"Key · 主键: {', '.join(f'`{name}`' for name in table.primary_key)}"
    yield ""
    yield "| column · 列 | type · 类型 | null · 可空 | meaning | 含义 |"
    yield "|---|---|---|---|---|"
    for column in table.columns:
        yield _dictionary_line(column)
    yield ""
    for column in table.columns:
        yield from _vocabulary_lines(column, level + 1)


def _dictionary_line(column: Column) -> str:
    null = "yes · 是" if column.is_nullable else ""
    reference = f" → `{column.references}`" if column.references else ""
    cells = (
        f"`{column.name}`",
        f"{column.type}{reference}",
        null,
        column.description,
        column.description_zh,
    )
    return f"| {' | '.join(cells)} |"


def _vocabulary_lines(column: Column, level: int) -> Iterator[str]:
    if column.values is None or column.name == "topic_label":
        return
    yield f"{'#' * level} Values of `{column.name}` · `{column.name}` 的取值"
    yield ""
    yield "| value · 值 | meaning | 含义 |"
    yield "|---|---|---|"
    for value, label in column.values.items():
        yield f"| `{value}` | {label.en} | {label.zh} |"
    yield ""


# ---------------------------------------------------------------------------- Data Package

_TABLE_SCHEMA_TYPES: Mapping[ColumnType, str] = {
    "string": "string",
    "date": "date",
    "bool": "boolean",
    "int8": "integer",
    "int16": "integer",
    "int32": "integer",
    "int64": "integer",
    "float64": "number",
}
# Of the two only CSV is a `table` to frictionless: it reads Parquet through pandas, where integers
# beside nulls are floats, and so would call sound files wrong; as plain files it checks their hash.
_FORMATS: Mapping[str, Json] = {
    "csv": {"type": "table", "format": "csv", "encoding": "utf-8"},
    "parquet": {"format": "apache-parquet"},
}


def data_package(release: Release) -> Json:
    """`datapackage.json` (Data Package v2): the CSV and Parquet files with schemas and checksums."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": NAME,
        "title": TITLE.en,
        "title_zh": TITLE.zh,
        "description": SUMMARY.en,
        "description_zh": SUMMARY.zh,
        "version": release.version,
        "keywords": list(KEYWORDS),
        "contributors": [{"title": CREATOR, "roles": ["creator"]}],
        "licenses": [ANNOTATION_LICENCE, TEXT_LICENCE],
        "resources": [
            _resource(table, suffix, release) for suffix in ("csv", "parquet") for table in TABLES
        ],
    }


def _resource_name(table_name: str, suffix: str) -> str:
    return table_name if suffix == "csv" else f"{table_name}-{suffix}"


def _resource(table: Table, suffix: str, release: Release) -> Json:
    path = f"{table.name}.{suffix}"
    return {
        "name": _resource_name(table.name, suffix),
        "path": path,
        **_FORMATS[suffix],
        "mediatype": _MEDIA_TYPES[suffix],
        "title": table.title,
        "title_zh": table.title_zh,
        "description": table.description,
        "description_zh": table.description_zh,
        "bytes": release.files[path].bytes,
        "hash": f"sha256:{release.files[path].sha256}",
        "schema": table_schema(table, suffix),
    }


def table_schema(table: Table, suffix: str = "csv") -> Json:
    """The table's Table Schema; foreign keys lead to resources of the same format."""
    schema: Json = {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "fieldsMatch": "exact",
        "fields": [_field(column) for column in table.columns],
        "missingValues": [""],
        "primaryKey": list(table.primary_key),
    }
    foreign_keys = [
        {
            "fields": [key.column],
            "reference": {
                "resource": _resource_name(key.table, suffix),
                "fields": [key.target],
            },
        }
        for key in table.foreign_keys
    ]
    return schema | ({"foreignKeys": foreign_keys} if foreign_keys else {})


def _field(column: Column) -> Json:
    field: Json = {
        "name": column.name,
        "type": _TABLE_SCHEMA_TYPES[column.type],
        "description": column.description,
        "description_zh": column.description_zh,
    }
    constraints = dict(_constraints(column))
    return field | ({"constraints": constraints} if constraints else {})


def _constraints(column: Column) -> Iterator[tuple[str, Any]]:
    if not column.is_nullable:
        yield "required", True
    if column.type == "string":
        yield "minLength", 1
    if column.values is not None:
        yield "enum", list(column.values)
    if column.pattern is not None:
        yield "pattern", column.pattern
    if column.minimum is not None:
        yield "minimum", column.minimum
    if column.maximum is not None:
        yield "maximum", column.maximum


# ---------------------------------------------------------------------------- Croissant

_CROISSANT_TYPES: Mapping[ColumnType, str] = {
    "string": "sc:Text",
    "date": "sc:Date",
    "bool": "sc:Boolean",
    "int8": "sc:Integer",
    "int16": "sc:Integer",
    "int32": "sc:Integer",
    "int64": "sc:Integer",
    "float64": "sc:Float",
}
# The context that the Croissant 1.0 specification prescribes.
_CROISSANT_CONTEXT: Json = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def croissant(release: Release) -> Json:
    """`croissant.json` (MLCommons Croissant 1.0): one record set a table, read from Parquet."""
    return {
        "@context": _CROISSANT_CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": NAME,
        "alternateName": [TITLE.en, TITLE.zh],
        "description": f"{SUMMARY.en} {SUMMARY.zh}",
        "version": release.version,
        "license": [ANNOTATION_LICENCE["path"], TEXT_LICENCE["title"]],
        "creator": {"@type": "sc:Organization", "name": CREATOR},
        "inLanguage": "zh",
        "keywords": list(KEYWORDS),
        "citeAs": citation_line(release.version),
        "distribution": [
            _file_object(table, suffix, release) for suffix in _MEDIA_TYPES for table in TABLES
        ],
        "recordSet": [_record_set(table) for table in TABLES],
    }


def _file_object(table: Table, suffix: str, release: Release) -> Json:
    path = f"{table.name}.{suffix}"
    return {
        "@type": "cr:FileObject",
        "@id": path,
        "name": path,
        "description": f"{table.description} {table.description_zh}",
        "contentUrl": path,
        "contentSize": f"{release.files[path].bytes} B",
        "encodingFormat": "application/x-parquet" if suffix == "parquet" else "text/csv",
        "sha256": release.files[path].sha256,
    }


def _record_set(table: Table) -> Json:
    return {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": f"{table.description} {table.description_zh}",
        "key": [{"@id": f"{table.name}/{name}"} for name in table.primary_key],
        "field": [_croissant_field(table, column) for column in table.columns],
    }


# No `references`: mlcroissant joins the tables that they name, and cannot join more than two. The
# foreign keys stand in `datapackage.json`.
def _croissant_field(table: Table, column: Column) -> Json:
    return {
        "@type": "cr:Field",
        "@id": f"{table.name}/{column.name}",
        "name": column.name,
        "description": f"{column.description} {column.description_zh}",
        "dataType": _CROISSANT_TYPES[column.type],
        "source": {
            "fileObject": {"@id": f"{table.name}.parquet"},
            "extract": {"column": column.name},
        },
    }


# ---------------------------------------------------------------------------- catalogue

_CATALOGUE_CONTEXT: Json = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "schema": "https://schema.org/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def catalogue(release: Release) -> Json:
    """`catalogue.jsonld`: the release for data catalogues, in the words of DCAT-AP and schema.org."""
    return {
        "@context": _CATALOGUE_CONTEXT,
        "@id": f"urn:{NAME}:{release.version}",
        "@type": ["dcat:Dataset", "schema:Dataset"],
        "dct:title": _bilingual(TITLE),
        "dct:description": _bilingual(SUMMARY),
        "dct:language": {"@id": "http://publications.europa.eu/resource/authority/language/ZHO"},
        "dct:license": {"@id": ANNOTATION_LICENCE["path"]},
        "dct:rights": TEXT_LICENCE["title"],
        "dct:publisher": {"@type": "foaf:Agent", "foaf:name": CREATOR},
        "dcat:version": release.version,
        "dcat:keyword": list(KEYWORDS),
        "dcat:distribution": [
            _distribution(table, suffix, release) for suffix in _MEDIA_TYPES for table in TABLES
        ],
        "schema:name": _bilingual(TITLE),
        "schema:description": _bilingual(SUMMARY),
        "schema:version": release.version,
        "schema:license": {"@id": ANNOTATION_LICENCE["path"]},
        "schema:creator": {"@type": "schema:Organization", "schema:name": CREATOR},
        "schema:inLanguage": "zh",
        "schema:isAccessibleForFree": True,
        "schema:variableMeasured": [
            _variable(table, column) for table in TABLES for column in table.columns
        ],
    }


def _bilingual(label: Label) -> list[Json]:
    return [
        {"@language": "en", "@value": label.en},
        {"@language": "zh", "@value": label.zh},
    ]


def _distribution(table: Table, suffix: str, release: Release) -> Json:
    path = f"{table.name}.{suffix}"
    media_type = _MEDIA_TYPES[suffix]
    return {
        "@id": f"urn:{NAME}:{release.version}:{path}",
        "@type": ["dcat:Distribution", "schema:DataDownload"],
        "dct:title": path,
        "dct:description": _bilingual(Label(table.description, table.description_zh)),
        "dct:license": {"@id": ANNOTATION_LICENCE["path"]},
        "dcat:accessURL": {"@id": path},
        "dcat:downloadURL": {"@id": path},
        "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{media_type}"},
        "dcat:byteSize": {
            "@type": "xsd:nonNegativeInteger",
            "@value": str(release.files[path].bytes),
        },
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": release.files[path].sha256,
        },
        "schema:contentUrl": {"@id": path},
        "schema:encodingFormat": media_type,
    }


def _variable(table: Table, column: Column) -> Json:
    return {
        "@type": "schema:PropertyValue",
        "schema:name": f"{table.name}.{column.name}",
        "schema:description": _bilingual(Label(column.description, column.description_zh)),
    }


# ---------------------------------------------------------------------------- citation, card


def citation_line(version: str) -> str:
    """How to cite a release, in one line."""
    return f"{CREATOR}. {TITLE.en}. Version {version} [data set]. CC BY 4.0."


def citation_file(version: str) -> str:
    """`CITATION.cff` of a release."""
    return f"""cff-version: 1.2.0
message: "If you use this data set, please cite this version of it."
type: dataset
title: {json.dumps(TITLE.en)}
version: {json.dumps(version)}
authors:
  - name: {json.dumps(CREATOR)}
abstract: {json.dumps(SUMMARY.en)}
keywords: {json.dumps(list(KEYWORDS))}
license: CC-BY-4.0
"""


def dataset_card(release: Release, quality: str) -> str:
    """`README.md` of a release; `quality` is Markdown on how well the extraction did, or empty."""
    parts = (
        _card_head(release),
        _card_loading(),
        f"## Quality · 质量\n\n{quality.strip()}\n" if quality.strip() else "",
        _card_terms(release),
        "## Data dictionary · 数据字典\n",
        data_dictionary(level=3),
        _card_beside(),
    )
    return "\n".join(part for part in parts if part)


def _card_head(release: Release) -> str:
    rows = "\n".join(
        f"| [`{table.name}`]({table.name}.csv) | {release.row_counts[table.name]:,} "
        f"| {table.description} | {table.description_zh} |"
        for table in TABLES
    )
    configs = "\n".join(
        f"  - config_name: {table.name}\n    data_files: {table.name}.parquet" for table in TABLES
    )
    return f"""---
license: cc-by-4.0
language:
  - zh
pretty_name: {json.dumps(TITLE.en)}
configs:
{configs}
---

# {TITLE.en}

# {TITLE.zh}

Version · 版本 **{release.version}**

{SUMMARY.en}

{SUMMARY.zh}

| table · 表 | rows · 行数 | one row is | 每行 |
|---|---:|---|---|
{rows}

Each table comes as Parquet and as CSV (UTF-8, RFC 4180) with the same rows and columns. Missing values are null in Parquet and empty in CSV.
Every `start`/`end` is a half-open range of code points of `documents.text`: `documents.text[start:end]` is the span, exactly; `line` is the line of the source file on which it starts.

For spreadsheets `excel/<table>.csv` holds the same rows in UTF-8 with BOM. No cell of it runs as a formula: an apostrophe stands before each cell of text that begins
with `=`, `+`, `-`, `@` (half or full width, after white space or none), a tab, a line break, or an apostrophe. To have the plain cell back, take one leading apostrophe away;
cells that begin with none are as they were. Numbers stay numbers. Excel cuts a cell after 32,767 characters.

每张表都有 Parquet 与 CSV（UTF-8）两种格式，行列相同；缺失值在 Parquet 中为空值，在 CSV 中为空。
`start`/`end` 为 `documents.text` 的码位区间（左闭右开）；`line` 为该片段起始处在源文件中的行号。

`excel/<表名>.csv` 供电子表格使用：内容相同，UTF-8 带 BOM，任何单元格都不会被当作公式执行。以 `=`、`+`、`-`、`@`（半角或全角，前面可有空白）、制表符、换行或撇号开头的文本单元格，前面加了一个撇号；
去掉一个开头的撇号即为原文，其余单元格未动。数字仍是数字。Excel 每格最多保留 32,767 个字符。
"""


def _card_loading() -> str:
    return """## Loading · 读取

```python
import pandas as pd

initiatives = pd.read_parquet("initiatives.parquet")
```

```python
import polars as pl

initiatives = pl.read_parquet("initiatives.parquet")
```

```sql
-- DuckDB
select topic_label, count(*) from 'initiatives.parquet' group by all order by 2 desc;
```

```r
initiatives <- arrow::read_parquet("initiatives.parquet")
```
"""


def _card_beside() -> str:
    """What the files say that are no tables of the texts: how the release differs, and what is not in it."""
    return """### `changes` · Changes against the release before · 与上一版本的差异

One row, cell, table or column that differs a row. 每行一处差异：行、单元格、表或列。

| column · 列 | type · 类型 | null · 可空 | meaning | 含义 |
|---|---|---|---|---|
| `table` | string |  | The table that differs. | 有差异的表。 |
| `id` | string | yes · 是 | The key of the row, its parts joined by `#`; null where a table or column itself differs. | 行的主键，各部分以 `#` 相连；差异在表或列本身时为空。 |
| `change` | string |  | `added`, `removed` or `changed`. | `added`（新增）、`removed`（删除）或 `changed`（更改）。 |
| `column` | string | yes · 是 | The column of the cell; null for whole rows and tables. | 单元格所在的列；整行、整表时为空。 |
| `old` | string | yes · 是 | What the cell was before, as text. | 更改前的值（文本）。 |
| `new` | string | yes · 是 | What the cell is now, as text. | 更改后的值（文本）。 |
| `reason` | string |  | `source_added`, `source_removed`, `source_changed`, `extractor_changed`, `correction` or `schema_changed`. | 原因：源文本新增、删除、更改，抽取程序更改，更正，或结构更改。 |
| `note` | string | yes · 是 | Why a correction was made, or what of a column changed. | 更正的理由，或列的哪一方面有更改。 |

### `rejects` · Sources that are in no table · 未进入数据表的来源

One source that could not be read, or repeats another, a row; CSV alone. 每行一个无法读取或重复的来源；仅有 CSV。

| column · 列 | type · 类型 | null · 可空 | meaning | 含义 |
|---|---|---|---|---|
| `path` | string |  | Path of the source within its folder. | 来源在其文件夹中的路径。 |
| `line` | integer | yes · 是 | The line of the file, where one can be told. | 能够指明时，文件中的行号。 |
| `reason` | string |  | What is the matter; what to do about it follows a semicolon. | 原因；分号之后是处理办法。 |
"""


def _card_terms(release: Release) -> str:
    return f"""## Licences · 许可

- Annotations (all that is not quoted from a source) · 标注: [CC BY 4.0]({ANNOTATION_LICENCE["path"]}).
- Source texts, and the words of theirs that rows quote · 源文本及各行所引原文: see `documents.licence` · 见 `documents.licence`.

## Citation · 引用

> {citation_line(release.version)}

`CITATION.cff` says the same for programs. What changed since the release before stands in `CHANGES.md`.
"""
