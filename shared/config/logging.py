"""One way of logging for every process: a JSON document a line on standard error.

Constant messages, ids in fields; what other libraries log comes out the same way.
"""

import logging
import sys

import orjson
import structlog
from structlog.typing import EventDict, Processor

_NOISY = ("kafka", "pymongo", "werkzeug", "httpx", "mail.log")


def configure(level: str, *, process: str) -> None:
    """Set up structlog and the standard library's logging; once, at the start of a process.

    `level` is a name such as INFO; `process` stands in every line.
    """
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)

    def name_process(_logger: object, _method: str, fields: EventDict) -> EventDict:
        fields["process"] = process
        return fields

    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        name_process,
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(serializer=_json)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    renderer = structlog.processors.JSONRenderer(serializer=_json)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processor=renderer)
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(number)
    for name in _NOISY:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))


def _json(value: object, **_options: object) -> str:
    return orjson.dumps(value, default=str).decode("utf-8")
