"""Where a process learns who it is: settings, secrets and database handles."""

from shared.config.databases import Databases, connect
from shared.config.secrets import Secrets, create_missing
from shared.config.settings import Settings, SettingsError

__all__ = ["Databases", "Secrets", "Settings", "SettingsError", "connect", "create_missing"]
