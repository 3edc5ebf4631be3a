"""Around every page: headers, words, problem pages, one address for pages and API."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.processes.portal_web import settings_from, tell_metrics
from services.portal.addresses import SERVICE_OF, SERVICES, addresses_of, service_of
from services.portal.api import Api, ServiceAway, TokenRefused
from services.portal.app import PAGES as TOPICS
from services.portal.passing import PassingOn
from services.portal.words.catalogue import LANGUAGES, Phrases, WordsError, load
from shared.config import Settings, SettingsError
from shared.http.process import observe
from tests.support.portal_world import ADDRESSES, World
from tests.unit.case.test_structure import SERVICES as BUILT

ROOT = Path(__file__).parents[3]
TEMPLATES = ROOT / "services" / "portal" / "templates"
# Phrases in Latin letters that a Chinese page may have: at most twenty, each for a reason.
LATIN = {
    "English",  # the switch to the other language names itself
    "PDF",  # a kind of file, as everybody calls it
}


def test_every_page_has_the_headers_and_nothing_inline(world: World) -> None:
    for path in ("/", "/docs", "/none", "/static/portal.css"):
        answer = world.browser().get(path, buffered=True)
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Frame-Options"] == "DENY"
        if answer.mimetype == "text/html":
            assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=", answer.text)
            assert answer.headers["Cache-Control"] == "no-store"


def test_a_page_is_in_chinese_until_english_is_chosen(world: World) -> None:
    browser = world.browser()
    assert '<html lang="zh-Hans"' in browser.get("/").text
    chosen = browser.get("/language/en?back=/docs")
    assert (chosen.status_code, chosen.location) == (302, "/docs")
    assert '<html lang="en"' in browser.get("/").text
    assert browser.get("/language/fr").status_code == 404


def test_no_word_of_a_chinese_text_is_in_latin_letters() -> None:
    assert len(LATIN) <= 20
    for key, text in load().items():
        plain = re.sub(r"\{[a-z_]+\}", "", text["zh"])
        assert set(re.findall(r"[A-Za-z]+", plain)) <= LATIN, key


def test_every_text_that_a_template_says_is_there_and_every_text_is_said() -> None:
    source = "".join(path.read_text("utf-8") for path in TEMPLATES.rglob("*.html"))
    source += "".join(
        path.read_text("utf-8") for path in (ROOT / "services" / "portal").rglob("*.py")
    )
    texts = load()
    said = set(re.findall(r'\bt\("([a-z0-9-]+)"', source))
    begun = tuple(re.findall(r'\bt\("([a-z0-9-]+-)" ~', source))
    said -= {one for one in said if one.endswith("-")}
    assert said <= set(texts)
    named = said | set(re.findall(r'"([a-z0-9]+(?:-[a-z0-9]+)+)"', source))
    assert {key for key in texts if key not in named and not key.startswith(begun)} == set()


def test_a_template_imports_what_it_uses() -> None:
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text("utf-8")
        for names in re.findall(r"import ([A-Za-z_, ]+?)(?: with context)? %}", text):
            unused = [one for one in names.split(", ") if not re.search(rf"\b{one}\(", text)]
            assert unused == [], path.name


def test_a_text_without_a_language_or_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in ("a: {zh: 甲}\n", "a: {en: A, zh: 甲}\n", "layout-name: {zh: 甲, en: A}\n"):
        monkeypatch.setattr(
            "services.portal.words.catalogue.files",
            lambda _name, wrong=wrong: Folder(wrong),
        )
        with pytest.raises(WordsError):
            load()


class Folder:
    """A folder of words with one wrong file."""

    def __init__(self, text: str) -> None:
        self._text = text

    def iterdir(self) -> Iterable[Any]:
        good = (ROOT / "services" / "portal" / "words" / "layout.yaml").read_text("utf-8")
        return [File("a.yaml", good), File("b.yaml", self._text)]


class File:
    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self._text = text

    def read_text(self, _encoding: str) -> str:
        return self._text


def test_the_words_say_what_they_are_given() -> None:
    words = Phrases({"hello": {"zh": "你好，{name}", "en": "Hello, {name}"}})
    assert words("hello", name="张三") == "你好，张三"
    assert LANGUAGES[0] == "zh"
    with pytest.raises(KeyError):
        words("no-such-text")


def test_english_says_one_picture_and_two_pictures(world: World) -> None:
    words = Phrases(load())
    for language, said in (("en", "1 picture uploaded"), ("zh", "已上传 1 张图片")):
        with world.app.test_request_context("/", headers={"Cookie": f"language={language}"}):
            assert words("answer-pictures", n=1) == said
            assert words("picture-taken", n=1).endswith("1")
    with world.app.test_request_context("/", headers={"Cookie": "language=en"}):
        assert words("answer-pictures", n=2) == "2 pictures uploaded"


def test_no_template_puts_a_chinese_sign_into_an_english_page() -> None:
    for path in TEMPLATES.rglob("*.html"):
        for line in path.read_text("utf-8").splitlines():
            shown = re.sub('<span lang="zh-Hans">.*?</span>', "", line)
            in_chinese = path.name == "guide.html"  # within lists whose language is Chinese
            assert in_chinese or not re.search("[：，。；（）]", shown), (path.name, line)


def test_what_is_not_there_says_so_and_what_still_works(world: World) -> None:
    answer = world.browser().get("/no/such/page")
    assert answer.status_code == 404
    assert "没有这个页面" in answer.text


def test_a_fault_of_ours_tells_nothing_of_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any) -> str:
        raise RuntimeError("canary")

    monkeypatch.setitem(world.app.view_functions, "start.start", broken)
    answer = world.browser().get("/")
    assert answer.status_code == 500
    assert "页面出错了" in answer.text
    assert "canary" not in answer.text


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_that_is_away_is_one_sentence(
    world: World, monkeypatch: pytest.MonkeyPatch, service: str
) -> None:
    def broken(*_args: Any) -> str:
        raise ServiceAway(service)

    monkeypatch.setitem(world.app.view_functions, "start.start", broken)
    answer = world.browser().get("/")
    assert answer.status_code == 503
    assert "照常" in answer.text


def test_a_refused_token_leads_to_a_sign_in(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_args: Any) -> str:
        raise TokenRefused

    monkeypatch.setitem(world.app.view_functions, "start.start", refused)
    assert world.browser().get("/").location == "/sign-in?back=/"


def test_every_topic_of_pages_has_a_blueprint(world: World) -> None:
    assert set(TOPICS) <= set(world.app.blueprints)


# one address


def test_every_address_of_the_services_is_passed_to_the_service_that_has_it() -> None:
    first: dict[str, str] = {}
    for name, service in BUILT.items():
        for rule in service.web().url_map.iter_rules():
            if rule.rule.startswith("/v1/"):
                first[rule.rule.split("/")[2]] = name
                assert service_of(rule.rule) == name
    assert first == dict(SERVICE_OF)


def passed(path: str, **environ: str) -> tuple[str, dict[str, Any], int]:
    """The place, the environment and the status of what is passed on."""
    seen: dict[str, Any] = {}
    statuses: list[int] = []
    passing = PassingOn(lambda _e, s: s("204 NO CONTENT", []) or [], ADDRESSES)

    def proxy_to(opts: dict[str, Any], place: str, _prefix: str) -> Any:
        def app(given: dict[str, Any], start: Any) -> list[bytes]:
            seen.update(given, place=f"{opts['target']}{place}")
            start("200 OK", [])
            return []

        return app

    passing.proxy_to = proxy_to  # type: ignore[method-assign]
    asked = {"PATH_INFO": path, "REQUEST_METHOD": "GET", **environ}
    list(passing(asked, lambda status, *_: statuses.append(int(status[:3]))))  # type: ignore[arg-type]
    return str(seen.get("place", "")), seen, statuses[0]


def test_the_api_gets_no_cookie_and_nothing_of_proxies_before(world: World) -> None:
    place, seen, _ = passed(
        "/v1/items", HTTP_COOKIE="caseledger=x", HTTP_X_FORWARDED_FOR="9", HTTP_AUTHORIZATION="B"
    )
    assert place == "http://intake.test/v1/items"
    assert seen["HTTP_AUTHORIZATION"] == "B"
    assert not {"HTTP_COOKIE", "HTTP_X_FORWARDED_FOR"} & set(seen)


def test_documents_are_under_the_name_of_their_service() -> None:
    assert passed("/docs/review/")[0] == "http://review.test/docs"
    assert passed("/docs/review/openapi.json")[0] == "http://review.test/openapi.json"
    assert passed("/openapi/notify.json")[0] == "http://notify.test/openapi.json"


@pytest.mark.parametrize("path", ["/", "/docs", "/metrics", "/v1", "/v1/none", "/v2/items"])
def test_everything_else_is_a_page(path: str) -> None:
    assert passed(path)[2] == 204


def test_a_body_whose_end_would_not_be_told_is_refused() -> None:
    assert passed("/v1/cases", HTTP_TRANSFER_ENCODING="chunked")[2] == 411


# the client


def api(answer: Any) -> Api:
    return Api(ADDRESSES, httpx.Client(transport=httpx.MockTransport(answer)))


def test_a_command_carries_token_key_and_version() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"a": 1}, headers={"ETag": '"3"'})

    found = api(answer).post("/v1/cases/x/contact", {}, token="t", key="k", version='"2"')
    assert (found.ok, found.document, found.etag) == (True, {"a": 1}, '"3"')
    (asked,) = seen
    assert str(asked.url) == "http://intake.test/v1/cases/x/contact"
    assert asked.headers["Authorization"] == "Bearer t"
    assert (asked.headers["Idempotency-Key"], asked.headers["If-Match"]) == ("k", '"2"')


def test_an_answer_that_says_no_is_told_and_one_that_cannot_is_away() -> None:
    told = {"type": "urn:caseledger:problem:not-found"}
    found = api(lambda _r: httpx.Response(404, json=told)).get("/v1/cases/x")
    assert (found.ok, found.problem) == (False, "not-found")
    with pytest.raises(ServiceAway) as away:
        api(lambda _r: httpx.Response(503, json={})).get("/v1/reviews/x")
    assert away.value.service == "review"
    with pytest.raises(TokenRefused):
        api(lambda _r: httpx.Response(401, json={})).get("/v1/cases/x", token="t")


@pytest.mark.parametrize(
    "part", ["..", ".", "", "a/..", "a?b", "a#b", "a\n", "\x01", "é", "a b", "%2e"]
)
def test_a_part_that_is_no_plain_word_is_asked_of_nobody(part: str) -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        raise AssertionError("it was asked")

    found = api(answer).get(f"/v1/cases/{part}/readings", token="t")
    assert (found.ok, found.status, found.document) == (False, 404, {})
    assert api(answer).content(f"/v1/cases/x/materials/{part}", token="t") == ("", b"")
    assert api(answer).post(f"/v1/cases/{part}/contact", {}, token="t").status == 404


# settings


def test_every_service_needs_an_address_and_nothing_else_has_one() -> None:
    whole = tuple(f"{name}=http://{name}.test" for name in SERVICES)
    assert addresses_of(Settings(services=whole)) == ADDRESSES
    for wrong in (whole[1:], (*whole, "other=http://x.test")):
        with pytest.raises(SettingsError):
            addresses_of(Settings(services=wrong))


@pytest.mark.parametrize("name", ["LOG_URI", "VIEWS_URI", "VAULT_URI", "KAFKA_SERVERS"])
def test_the_portal_refuses_to_be_told_where_the_log_is(tmp_path: Path, name: str) -> None:
    (tmp_path / "portal.key").write_text("00" * 32, "ascii")
    told = {"CASELEDGER_SECRETS_DIR": str(tmp_path), "CASELEDGER_MODE": "embedded"}
    assert settings_from(told).service == "portal"
    with pytest.raises(SettingsError, match=name):
        settings_from({**told, f"CASELEDGER_{name}": "mongodb://log.test/"})


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"SIGN_IN": ""}, "SIGN_IN names no"),
        ({"SIGN_IN": "http://issuer.test/"}, "fetched over http"),
        ({"PAGES": "http://pages.test"}, "CASELEDGER_PAGES"),
        ({"TRUSTED_HOSTS": ""}, "CASELEDGER_TRUSTED_HOSTS"),
    ],
)
def test_production_refuses_pages_that_are_for_a_laptop(
    tmp_path: Path, changed: dict[str, str], named: str
) -> None:
    (tmp_path / "portal.key").write_text("00" * 32, "ascii")
    right = {
        "MODE": "production",
        "SECRETS_DIR": str(tmp_path),
        "SIGN_IN": "https://issuer.test/",
        "PAGES": "https://pages.test",
        "TRUSTED_HOSTS": "pages.test",
    }

    def told(given: dict[str, str]) -> dict[str, str]:
        return {f"CASELEDGER_{name}": value for name, value in given.items()}

    assert settings_from(told(right)).mode == "production"
    with pytest.raises(SettingsError, match=named):
        settings_from(told(right | changed))


def test_the_counters_are_told_on_the_internal_port_alone(world: World) -> None:
    observe.install(world.app, "portal")
    tell_metrics(world.app, 9000)
    browser = world.browser()
    browser.get("/verify/abc")
    inside = browser.get("/metrics", base_url="http://pages.test:9000")
    assert 'route="/verify/<document>"' in inside.text
    assert "abc" not in inside.text
    assert browser.get("/metrics", base_url="http://pages.test").status_code == 404
