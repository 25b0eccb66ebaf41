"""Runs the pipeline and alone touches the disk."""

import os

# Read when Prefect and Great Expectations are imported: neither may call home.
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

# Before the first module of `transforms` is imported, in whatever process.
from flows.compiled import find_build, use_build

use_build(find_build())
