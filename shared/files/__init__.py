"""Files that people hand in, opened in a process of its own, within limits."""

from shared.files.looking import Looker
from shared.files.measures import Measures
from shared.files.refused import FileLookerBusy, FileRefused

__all__ = ["FileLookerBusy", "FileRefused", "Looker", "Measures"]
