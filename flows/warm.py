"""What workers need, loaded by being imported: so the process that they are forked from has it (see `flows.nursery`)."""

import contextlib
import gc
import os
import signal
from pathlib import Path

# Ctrl-C is the engine's to answer, which ends its workers.
signal.signal(signal.SIGINT, signal.SIG_IGN)

import flows.workers  # noqa: E402, F401 (what workers are told to do)
from flows import nursery, sketches  # noqa: E402
from flows.extraction import load_reader  # noqa: E402

# What is wrong with the lexicons each worker finds again, and says.
with contextlib.suppress(Exception):
    load_reader(Path(os.environ[nursery.LEXICONS])).extractor.prepare()
sketches.minhash(sketches.runs("warm"))
# Never looked at for garbage, and so never copied for a worker because of that.
gc.collect()
gc.freeze()
