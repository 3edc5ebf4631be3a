"""The made-up people who can sign in at the embedded system, as its page introduces them.

What each may do stands with the users of the local issuer, whom this table reads; somebody whom the
issuer does not know is not on the page.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from shared.jurisdiction import Jurisdiction
from shared.security.duties import Duty
from shared.security.local_issuer import AT, DUTIES_OF_A_POST, USERS

# Made up, with valid check characters (GB 11643, GB 32100).
HANDLER = {"kind": "resident-id", "number": "999999198505050025"}
RARE = {"kind": "resident-id", "number": "999999198808080037"}
COMPANY = {"kind": "organisation", "code": "91650100MA7700006Q"}


@dataclass(frozen=True, kw_only=True)
class Introduced:
    """A user of the local issuer, by name and by what they do; `claims` replace or add claims.

    `key` names the person on the page; it is the user's name, unless somebody is told by claims.
    """

    key: str
    name: str
    does: str
    does_en: str
    user: str = ""
    claims: Mapping[str, Any] = field(default_factory=dict)

    @property
    def as_user(self) -> str:
        """The user of the issuer."""
        return self.user or self.key


def _one(key: str, name: str, does: str, does_en: str, **more: Any) -> Introduced:
    return Introduced(key=key, name=name, does=does, does_en=does_en, **more)


_EVERYBODY = (
    _one("applicant", "张三", "申请人，已实名核验", "an applicant, with a verified identity"),
    _one(
        "unverified",
        "无名氏",
        "未经实名核验的账号",
        "an account without a verified identity",
    ),
    _one(
        "neighbour",
        "李四",
        "另一位申请人，已实名核验",
        "another applicant, with a verified identity",
    ),
    _one(
        "visitor",
        "何访客",
        "到过窗口的申请人，已实名核验",
        "came to a counter with an identity card, verified",
    ),
    _one(
        "rare",
        "欧阳·𠮷䶮",
        "姓名里有生僻字的申请人，已实名核验",
        "an applicant with rare characters in the name, verified",
        user="applicant",
        claims={"sub": "local-rare", "identity": RARE, "name": "欧阳·𠮷䶮"},
    ),
    _one(
        "handler",
        "钱经办",
        "一家公司的经办人，已实名核验",
        "acts for a company, with a verified identity",
        user="applicant",
        claims={
            "sub": "local-handler",
            "acts_for": COMPANY,
            "identity": HANDLER,
            "name": "钱经办",
        },
    ),
    _one("officer", "王警官", "公安机关工作人员", "an officer of public security"),
    _one("officer-2", "赵警官", "公安机关另一位工作人员", "a second officer of public security"),
    _one("officer-changji", "马警官", "昌吉州公安机关工作人员", "public security in Changji"),
    _one("officer-qijiang", "冯警官", "綦江区公安机关工作人员", "public security in Qijiang"),
    _one("officer-elsewhere", "孙科员", "其他部门工作人员", "an officer of another department"),
    _one("head", "陈处长", "公安机关负责人", "head of the office of public security"),
    _one("supervisor", "卫督察", "公安机关监督人员", "supervises the office of public security"),
    _one("producer", "周师傅", "制证和发证人员", "makes documents and hands them over"),
    _one("operator", "吴工", "系统运维人员", "runs the system"),
    _one("auditor", "郑审计", "审计人员", "an auditor"),
)
PEOPLE: tuple[Introduced, ...] = tuple(one for one in _EVERYBODY if one.as_user in USERS)
BY_KEY: Mapping[str, Introduced] = {one.key: one for one in PEOPLE}

POSTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "officer": ("工作人员", "an officer, with all duties of a small office"),
        "officer-2": ("另一位工作人员", "a second officer with the same duties"),
        "producer": ("制证和发证人员", "makes documents and hands them over"),
        Duty.TAKE_IN: ("收件人员", "takes applications in"),
        Duty.REVIEW: ("审查人员", "reviews and proposes"),
        Duty.APPROVE: ("决定人员", "decides"),
        Duty.INSPECT: ("现场检查人员", "inspects on the spot"),
        Duty.PANEL: ("评审人员", "sits on a panel"),
        Duty.HEAD: ("负责人", "heads the office"),
        Duty.SUPERVISE: ("监督人员", "supervises the office"),
        Duty.PRODUCE: ("制证人员", "makes documents"),
        Duty.HAND_OVER: ("发证人员", "hands documents over"),
    }
)
"""What somebody at any office does; the keys are those of `DUTIES_OF_A_POST`."""


def introduced(key: str, jurisdiction: Jurisdiction) -> Introduced | None:
    """Somebody of the list, or somebody at an office: `review@civil-affairs-652300`."""
    post, at, office = key.partition(AT)
    if not at:
        return BY_KEY.get(key)
    if post not in DUTIES_OF_A_POST or office not in jurisdiction.offices:
        return None
    does, does_en = POSTS[post]
    return _one(key, f"{does}（{office_name(office, jurisdiction)}）", does, does_en)


def office_name(code: str, jurisdiction: Jurisdiction) -> str:
    """An office as people name it."""
    return jurisdiction.title(code).zh


NOBODY = frozenset({"portal", "gateway", "service"})
"""Users of the issuer who are programs."""
