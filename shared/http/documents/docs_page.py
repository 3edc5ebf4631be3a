"""The API document as one plain page: no script, nothing from the network.

It exists so that a person can read the interface in a browser on a machine without the internet.
"""

from __future__ import annotations

import base64
import hashlib
import json
from html import escape
from typing import Any

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
       color: #1a1a1a; background: #fff }
h1, h2 { line-height: 1.2 }
code, pre { font: 14px/1.4 ui-monospace, monospace }
pre { background: #f4f4f4; padding: .75rem; overflow-x: auto }
details { border: 1px solid #767676; margin: .5rem 0; padding: .5rem .75rem }
summary { cursor: pointer }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .25rem .5rem; border-bottom: 1px solid #ccc;
         vertical-align: top }
.verb { display: inline-block; min-width: 4rem; font-weight: 700 }
"""
STYLE_HASH = "sha256-" + base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()


def render(document: dict[str, Any]) -> str:
    """The page for an OpenAPI document."""
    info = document["info"]
    operations = "".join(
        _operation(path, verb, operation)
        for path, verbs in document.get("paths", {}).items()
        for verb, operation in verbs.items()
        if isinstance(operation, dict)
    )
    schemas = "".join(
        f'<details id="schema-{escape(name)}"><summary><code>{escape(name)}</code></summary>'
        f"{_json(schema)}</details>"
        for name, schema in document.get("components", {}).get("schemas", {}).items()
    )
    title = escape(info["title"])
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>'
        f"<body><main><h1>{title} <small>{escape(info['version'])}</small></h1>"
        '<p>The document itself: <a href="openapi.json">openapi.json</a> (OpenAPI 3.1).</p>'
        f"<h2>Operations</h2>{operations}<h2>Schemas</h2>{schemas}</main></body></html>"
    )


def _operation(path: str, verb: str, operation: dict[str, Any]) -> str:
    summary = escape(operation.get("summary", ""))
    described = escape(operation.get("description", ""))
    parameters = "".join(
        f"<tr><td><code>{escape(p['name'])}</code></td><td>{escape(p['in'])}</td>"
        f"<td>{'yes' if p.get('required') else 'no'}</td>"
        f"<td>{escape(p.get('description', ''))}</td></tr>"
        for p in operation.get("parameters", [])
        if "name" in p
    )
    table = (
        "<table><thead><tr><th>Parameter</th><th>In</th><th>Required</th><th>Meaning</th></tr>"
        f"</thead><tbody>{parameters}</tbody></table>"
        if parameters
        else ""
    )
    body = operation.get("requestBody")
    taken = f"<h3>Takes</h3>{_json(body['content'])}" if body else ""
    return (
        f'<details><summary><span class="verb">{escape(verb.upper())}</span> '
        f"<code>{escape(path)}</code> {summary}</summary><p>{described}</p>{table}{taken}"
        f"<h3>Answers</h3>{_json(operation.get('responses', {}))}</details>"
    )


def _json(value: Any) -> str:
    return f"<pre>{escape(json.dumps(value, indent=2, ensure_ascii=False))}</pre>"
