"""The reader that the how-to gives away, loaded from the file that the page shows."""

import importlib.util
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).parents[2] / "docs" / "how-to"


def load() -> ModuleType:
    """The module `docs/how-to/subscriber.py`, which is in no package."""
    spec = importlib.util.spec_from_file_location("subscriber", FOLDER / "subscriber.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
