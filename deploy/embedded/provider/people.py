"""The made-up people who can sign in at the embedded system, as its page names them.

What each may do stands with the users of the local issuer; here is how a person is introduced.
"""

from dataclasses import dataclass

from shared.security.local_issuer import USERS


@dataclass(frozen=True, kw_only=True)
class Introduced:
    """A user of the local issuer, by name and by what they do."""

    user: str
    name: str
    does: str
    does_en: str


PEOPLE: tuple[Introduced, ...] = tuple(
    one
    for one in (
        Introduced(user="applicant", name="张三", does="申请人", does_en="an applicant"),
        Introduced(user="neighbour", name="李四", does="另一位申请人", does_en="another applicant"),
        Introduced(
            user="officer",
            name="王警官",
            does="公安机关工作人员",
            does_en="an officer of public security",
        ),
        Introduced(
            user="officer-2",
            name="赵警官",
            does="公安机关另一位工作人员",
            does_en="a second officer of public security",
        ),
        Introduced(
            user="officer-elsewhere",
            name="孙科员",
            does="文化和旅游部门工作人员",
            does_en="an officer of culture and tourism",
        ),
        Introduced(
            user="producer",
            name="周师傅",
            does="公安机关制证人员",
            does_en="makes and hands over documents",
        ),
        Introduced(user="operator", name="吴工", does="系统运维人员", does_en="runs the system"),
        Introduced(user="auditor", name="郑审计", does="审计人员", does_en="an auditor"),
    )
    if one.user in USERS
)
BY_USER = {one.user: one for one in PEOPLE}
