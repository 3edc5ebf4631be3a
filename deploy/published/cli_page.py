"""The page of commands: the help of the command line itself, and what `--json` answers."""

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from typer.main import get_command

from deploy.cli.app import app

HEAD = """# The command line

This page is generated: `make docs`.

`caseledger COMMAND --help` says the same. After `make install` the command is
`.venv/bin/caseledger`. A command works on the embedded system of `CASELEDGER_HOME`
(`.caseledger/`), or on the servers of the environment when `CASELEDGER_LOG_URI` is set
([your own servers](../how-to/use-your-own-servers.md)). `catalogue`, `clock`, `fee` and `calendar`
need no system: they answer from the catalogue and the calendars of the installation.

| exit code | means |
| --- | --- |
| 0 | fine |
| 1 | findings: what was looked for is not as it should be, or the answer is no |
| 2 | bad use: a wrong word, option, setting, or a thing that does not exist |
| 3 | a server, or the system, is missing, or refuses for lack of rights |

With `--json` there is exactly one JSON document on standard output; sentences for people go to
standard error. An answer that could not be given is `{"ok": false, "error": "…"}`. Members may be
added to an answer; none is renamed or removed.
"""

# what stands in the JSON answer of each command, at least
ANSWERS: Mapping[str, str] = {
    "up": "as `status`, and `seconds` until all was ready (with `--detach`)",
    "move-log": "`ok`, `to`, `documents`, `collections`, `commits` (verified), `old` (the folder "
    "that is used no longer), `seconds`",
    "down": "`stopped`: whether a system was running",
    "status": "`ready`, `running`, `problems` (sentences), `services` {name: "
    "address}, `mongo_uri`, `kafka`, `servers`, `processes` [{`name`, `pid`, `state`, "
    "`restarts`}], `notes` (sentences on the servers that were taken), `memory_mb`, `home`, "
    "`logs`, `pid`",
    "demo": "`case`, `status`, `events` (types, by causation), `notices`, `progress`, `verify`, "
    "`proof`, `seconds`, `memory_mb`, `servers`",
    "token": "`token`, `as`, `expires_in` (seconds)",
    "erase": "`ok`, `subject`, `findings`; when ordered also `complete`, `complete_at`",
    "fee": '`amount_yuan` ("40.00"; null where the source is silent or options are missing), '
    "`chargeable`, `basis`, `lines` [{`code`, `name`, `per`, `count`, `unit_yuan`, "
    "`amount_yuan`}], `reason`, `options` [{`code`, `name`, `options` [{`code`, `name`}]}]",
    "clock due": "`due`, `due_at`, `limit`, `office`, `rank`, `provisional`, `incomplete`, "
    "`reason`, `compared` {limit: date}, `explanation` [{`code`, `data`, `zh`, `en`}], `days` "
    "[{`day`, `role`, `number`, `why`, `name_zh`, `layer`, `paused`}], `versions` "
    "{`catalogue`, `item`, `calendar`, `rules`}",
    "clock payday": "`date` (null without a pay day), `scheduled`, `provisional`, `incomplete`, "
    "`reason`, `explanation` [{`zh`, `en`}]",
    "clock window": "`open` (null: not announced), `closes`, `next_opens`, `booking` (the same, or "
    "null), `stage`, `reason`, `provisional`, `incomplete`, `raw`, `explanation` [{`zh`, `en`}]",
    "calendar load": "`ok`, `layer`, `year`, `file`, `serial`, `changed`, `replaced`, `version` "
    "{`before`, `after`}, `complete_until` {`before`, `after`}, `settled`, `days` [{`day`, "
    "`was_working`, `is_working`, `name`}], `warnings` [{`code`, `message`}]; refused (exit code "
    "2): `errors` [{`file`, `line`, `message`}]",
    "calendar announce": "`ok`, `event`, `at`, `file`, `items` (that wait for it)",
    "calendar list": "`folder`, `layers` [{`layer`, `years`, `complete_until`, `version`, "
    "`missing`, `loaded` [{`file`, `year`, `serial`, `holds`, `source`, `sha256`}]}], `events` "
    "[{`event`, `at`, `source`}], `calendars` {name: version}",
    "catalogue check": "`ok`, `items`, `errors` [{`file`, `line`, `item`, `message`}], `warnings` "
    "[{`item`, `code`, `message`, `acknowledged`?}], `compiled` (fresh, stale)",
    "catalogue list": "a list of {`id`, `name`, `name_en`, `source`, `kind`, `department`, "
    "`department_code`, `type`, `template`, `level`, `audience`, `offered` (null for a rule), "
    "`not_offered_reason`}",
    "catalogue form": "what `GET /v1/items/{item}/form` answers",
    "catalogue show": "`version`, `content_hash`, every field of the item's file with its default "
    "filled in, `defaulted` {field: default}, `defaults` {name: {`because`, `source`}}, "
    "`legal_basis`",
    "catalogue diff": "`from` and `to` {`version`, `hash`}, `items` [{`item`, `name`, `changes` "
    "[{`field`, `sentence`, `sentence_zh`}]}]",
    "catalogue compile": "`ok`, `version`, `hash`, `items`, `former`",
    "catalogue load": "`ok`, `recorded`, `version`, `hash`, `previous`, `items`, `changed` (ids), "
    "`gone`, `findings`",
    "catalogue migrate": "`ok`, `dry_run`, `to` {`version`, `hash`}, `reason`, `moved`, `stays`, "
    "`already` (numbers), `findings`, `cases` [{`case`, `item`, `status`, `version`, `from`, "
    "`state` (moved, would-move, stays, unknown)}; with `to`, `changes` (sentences), `kept` "
    "[{`what`, `rule`, `text`}], `due` [{`limit`, `before`, `after`}], `fee_yuan` and `missing` "
    "{`before`, `after`}; where it stays: `rule`, `text`]",
    "case show": "`case`, `status`, `version`, `item`, `department`, `subject`, `submitted_at`, "
    "`due`, `document`, `outcome`, `owed` [{`service`, `step`, `due_at`}], `lane`",
    "case replay": "`case`, `ok`, `findings`, `personal_data`, `events` [{`id`, `type`, "
    "`recorded_at`, `actor`, `writer`, `causation`, `data`, `personal`, `hash`}]",
    "audit verify": "`ok`, `commits`, `events`, `lanes` [{`lane`, `size`, `root`, `signed_size`, "
    "…}], `heads`, `macs`, `belonging` (checked, or not: the role may not), `pending`, "
    "`set_aside`, `findings`, "
    "`findings_count`",
    "audit reconcile": "`ok`, `lanes`, `findings`",
    "audit proof": "`ok`, `hash`, `findings`, `proof` (see [the form](export-format.md))",
    "audit export": "`target`, `format`, `installation`, `lanes`, `commits`, `head`, `signed_at`, "
    "`sealed`, `exported_at`",
    "log set-aside": "`ok`, `recorded`, `set_aside`, `already`, `kept` [{`stream`, `version`, "
    "`more`, `hash`, `key`, `wrong`, `kept`, `already`}], `records` (streams), `findings`",
    "projection rebuild": "`ok`, `generation`, `previous`, `events`, `cases`, `findings`",
    "projection compare": "`ok`, `generation`, `cases`, `findings`",
    "parked list": "`ok`, `parked` [{`group`, `stream`, `next`, `seen`, `reason`, `redrive` "
    "(`asked`, `taken`, or why the last one ended), …}]",
    "parked redrive": "`ok`, `redriven` [{`group`, `stream`, `handled`, `done`, `problem`}], "
    "`parked`",
    "notices list": "`ok`, `given_up` [{`notice`, `case`, `channel`, `about`, `code`, "
    "`given_up_at`}], `findings`",
    "notices resend": "`ok`, `resent` (ids), `by`, `findings`",
    "payments unplaced": "`ok`, `payments` [{`transaction`, `case`, `amount`, `method`, `why`, "
    "`held_by`, `at`, `settled_at`}]",
    "relay status": "`ok`, `lanes` [{`lane`, `state`, `head`, `mark`, `epoch`, `by`, `problem`, "
    "`held`}], `sequencers`, `findings`",
    "relay lanes": "`lanes`, and `before` where lanes were added",
}


def page() -> str:
    """The whole page."""
    return HEAD + "".join(_section(name, command) for name, command in commands())


def commands() -> Iterator[tuple[str, Any]]:
    """Every command by its words, such as `audit proof`, in the order of the help."""
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        if hasattr(command, "commands"):
            for word, inner in command.commands.items():
                yield f"{name} {word}", inner
        else:
            yield name, command


def _section(name: str, command: Any) -> str:
    lines = [f"\n## `caseledger {name}`", "", inspect.cleandoc(command.help), ""]
    rows = [_row(one) for one in command.params if one.name != "as_json"]
    if rows:
        lines += ["| | | |", "| --- | --- | --- |", *rows, ""]
    lines.append(f"`--json`: {ANSWERS[name]}.")
    return "\n".join([*lines, ""])


def _row(one: Any) -> str:
    name = one.opts[0] if one.param_type_name == "option" else one.name.upper()
    needed = "required" if one.required else _default(one.default)
    return f"| `{name}` | {needed} | {one.help or ''} |"


def _default(value: object) -> str:
    return "" if value in (None, "", False) else f"default `{value}`"
