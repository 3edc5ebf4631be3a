"""Ending a test's databases, whatever the machine is doing meanwhile."""

import pymongo

from shared.config import Databases

PATIENCE_S = 60.0


def drop(handles: Databases) -> None:
    """Drop the four databases with more patience than the product has, and close their clients."""
    try:
        with pymongo.timeout(PATIENCE_S):
            for database in (handles.log, handles.work, handles.views, handles.vault):
                database.client.drop_database(database.name)
    finally:
        handles.close()
