"""A command from a form: on the version that the page showed, under the key that it carries."""

import os
import re
from collections.abc import Mapping
from typing import Any

from flask import abort, request

from services.portal.api import ApiAnswer
from services.portal.forms.faults import InputFault, faults_of_problem
from services.portal.forms.parts import NOTHING, Bilingual, FormPage
from services.portal.room import Portal

VERSION, KEY = "version", "key"
_VERSION = re.compile(r'"[0-9]{1,9}"')
_KEY = re.compile(r"[0-9a-f]{32}")
_NOT_FOUND, _FORBIDDEN = 404, 403
_SAID = {409, 422}  # the rules say no, and say why in both languages


def fresh_key() -> str:
    """An idempotency key for a form: sent twice, it does one thing."""
    return os.urandom(16).hex()


def key_sent() -> str:
    """The key that the form of this request carries."""
    key = request.form.get(KEY, "")
    if not _KEY.fullmatch(key):
        abort(400)
    return key


def commanded(portal: Portal, path: str, body: Mapping[str, Any], token: str) -> ApiAnswer:
    """Send it, with the version and the key of the form."""
    version, key = request.form.get(VERSION, ""), key_sent()
    if not _VERSION.fullmatch(version):
        abort(400)
    answer = portal.api.post(path, dict(body), token=token, key=key, version=version)
    if answer.status == _NOT_FOUND:
        abort(404)
    return answer


def why_not(
    answer: ApiAnswer, page: FormPage | None = None, body: Mapping[str, Any] | None = None
) -> list[InputFault]:
    """Why it was not done; beside its input where the answer names one."""
    pages = [page] if page else []
    found = faults_of_problem(answer.document, pages, body or {})
    if found:
        return found
    codes = {
        "stale-version": "changed-meanwhile",
        "own-case": "own-case",
        "contact-missing": "contact-missing",
        "phone-takes-no-texts": "phone-takes-no-texts",
    }
    said = answer.document.get("detail_zh")
    if answer.status in _SAID and answer.problem not in codes and said:
        return [InputFault("", "", Bilingual(said, answer.document.get("detail", "")))]
    if answer.status == _FORBIDDEN and answer.problem not in codes:
        return [InputFault("", "", NOTHING, "not-yours")]
    return [InputFault("", "", NOTHING, codes.get(answer.problem, "not-possible-now"))]
