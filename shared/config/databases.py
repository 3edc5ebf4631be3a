"""Handles of the four databases, with every option that our promises rest on written out.

The log, the read models and the vault have addresses of their own. A client is made by the
process that uses it (pymongo is not fork-safe) and connects at first use, so any start order works.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bson.codec_options import CodecOptions
from pymongo import MongoClient, ReadPreference, WriteConcern
from pymongo.database import Database
from pymongo.read_concern import ReadConcern

from shared.config.settings import Settings

Document = dict[str, Any]


@dataclass(frozen=True)
class Databases:
    """The four databases of an installation; `close()` ends their clients."""

    log: Database[Document]
    work: Database[Document]
    views: Database[Document]
    vault: Database[Document]

    def close(self) -> None:
        """Close every client once (several databases may share one)."""
        for client in {id(d.client): d.client for d in (self.log, self.views, self.vault)}.values():
            client.close()


def connect(settings: Settings, *, appname: str = "caseledger") -> Databases:
    """Make the handles; no connection is opened before the first operation."""
    clients: dict[str, MongoClient[Document]] = {}
    for uri in (settings.log_uri, settings.views_uri, settings.vault_uri):
        if uri not in clients:
            clients[uri] = _client(uri, settings, appname)
    prefix = settings.database_prefix
    return Databases(
        log=clients[settings.log_uri][prefix],
        work=clients[settings.log_uri][f"{prefix}_work"],
        views=clients[settings.views_uri][f"{prefix}_views"],
        vault=clients[settings.vault_uri][f"{prefix}_vault"],
    )


def connect_portal(settings: Settings) -> Database[Document]:
    """The portal's own database: sessions, and nothing of any case."""
    client = _client(settings.portal_uri, settings, f"caseledger-{settings.service or 'portal'}")
    return client[f"{settings.database_prefix}_portal"]


def _client(uri: str, settings: Settings, appname: str) -> MongoClient[Document]:
    """A client whose writes are majority-committed and journaled, whose reads are majority."""
    timeout_ms = settings.database_timeout_ms
    options = CodecOptions(document_class=dict, tz_aware=True)
    user: Document = {}
    if settings.database_user and not urlsplit(uri).username:
        user = {"username": settings.database_user, "password": settings.database_password}
    return MongoClient(
        uri,
        appname=appname,
        connect=False,
        document_class=options.document_class,
        tz_aware=True,
        uuidRepresentation="standard",
        w="majority",
        journal=True,
        readConcernLevel="majority",
        readPreference="primary",
        retryWrites=True,
        retryReads=True,
        timeoutMS=timeout_ms,
        serverSelectionTimeoutMS=timeout_ms,
        connectTimeoutMS=timeout_ms,
        waitQueueTimeoutMS=timeout_ms,
        maxPoolSize=settings.database_pool,
        **user,
    )


MAJORITY = ReadConcern("majority")
LINEARIZABLE = ReadConcern("linearizable")
DURABLE = WriteConcern(w="majority", j=True)
PRIMARY = ReadPreference.PRIMARY
