"""The classes of personal data: what is sealed as what, and what of each may ever stand in plain.

One table for the whole system; `docs/data-classes.md` is made from it. A sealed field without a
class is a fault of our own code, and a test names it.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


class DataClass(enum.StrEnum):
    """A class of personal data. The answers of an application are sealed by these names."""

    IDENTITY = "identity"
    CONTACT = "contact"
    ADDRESS = "address"
    RESIDENCE = "residence"
    ACCOUNT = "account"
    HEALTH = "health"
    PREMISES = "premises"
    STATEMENT = "statement"
    THIRD_PERSON = "third-person"
    ALL = "all"
    DOCUMENT = "document"
    EXPLANATION = "explanation"
    NOTE = "note"
    TRACKING = "tracking"
    PAPER = "paper"


@dataclass(frozen=True, kw_only=True)
class ClassMeaning:
    """What a class holds. `plain`: what of it may stand unsealed in the log; empty: nothing."""

    zh: str
    en: str
    holds: str
    plain: str = ""


CLASSES: Mapping[DataClass, ClassMeaning] = MappingProxyType(
    {
        DataClass.IDENTITY: ClassMeaning(
            zh="身份", en="Identity", holds="name and number of the identity document"
        ),
        DataClass.CONTACT: ClassMeaning(
            zh="联系方式",
            en="Contact",
            holds="telephone number, e-mail address",
            plain="which of the two there is (`contact`)",
        ),
        DataClass.ADDRESS: ClassMeaning(
            zh="送达地址", en="Delivery address", holds="where the result is posted to"
        ),
        DataClass.RESIDENCE: ClassMeaning(
            zh="住址和去向",
            en="Residence",
            holds="where a person lives, moves or travels to; sealed under the key of the case",
        ),
        DataClass.ACCOUNT: ClassMeaning(
            zh="账户", en="Account", holds="bank accounts, amounts that a person is paid"
        ),
        DataClass.HEALTH: ClassMeaning(
            zh="健康", en="Health", holds="illness, disability, treatment"
        ),
        DataClass.PREMISES: ClassMeaning(
            zh="场所", en="Premises", holds="what is stated of business premises"
        ),
        DataClass.STATEMENT: ClassMeaning(
            zh="申报信息",
            en="Statements",
            holds="every other answer of the applicant, and the reason of a withdrawal",
            plain="chosen codes (variant, situations, options), whether a check passed",
        ),
        DataClass.THIRD_PERSON: ClassMeaning(
            zh="第三人", en="Third persons", holds="what is stated of somebody else"
        ),
        DataClass.ALL: ClassMeaning(
            zh="全部申报信息",
            en="All answers",
            holds="answers of a case from before they were sealed by class: one text for all",
        ),
        DataClass.DOCUMENT: ClassMeaning(
            zh="申请材料",
            en="Documents",
            holds="the uploads of an application",
            plain="code of the material, hash of the sealed bytes, media type, size",
        ),
        DataClass.EXPLANATION: ClassMeaning(
            zh="说明",
            en="Explanations",
            holds="an officer's own words to the applicant",
            plain="criterion, legal basis, appeal body and deadline beside them",
        ),
        DataClass.NOTE: ClassMeaning(
            zh="内部意见和检查照片",
            en="Notes and pictures of the desk",
            holds="an officer's own words for the desk; pictures taken at an inspection, of which"
            " the log has the hash of the sealed bytes",
        ),
        DataClass.TRACKING: ClassMeaning(
            zh="运单号",
            en="Tracking number",
            holds="the carrier's number of a dispatch",
            plain="the carrier",
        ),
        DataClass.PAPER: ClassMeaning(
            zh="文书证照",
            en="Signed papers",
            holds="a signed paper as a whole, and the masked name that its check answers",
            plain="which paper, of which item and result, its number, day and sealed hash",
        ),
    }
)

# The answers of an application are one sealed field for each class: `answers/health`.
ANSWERS = "answers"
ANSWER_CLASSES: frozenset[DataClass] = frozenset(
    {
        DataClass.IDENTITY,
        DataClass.CONTACT,
        DataClass.ADDRESS,
        DataClass.RESIDENCE,
        DataClass.ACCOUNT,
        DataClass.HEALTH,
        DataClass.PREMISES,
        DataClass.STATEMENT,
        DataClass.THIRD_PERSON,
    }
)


def answers_field(of: DataClass) -> str:
    """The sealed field of the answers of one class. It is on disk."""
    return f"{ANSWERS}/{of.value}"


# Each sealed field of any event, and its class. The names are on disk.
SEALED_FIELDS: Mapping[str, DataClass] = MappingProxyType(
    {
        "name": DataClass.IDENTITY,
        "id_kind": DataClass.IDENTITY,
        "id_number": DataClass.IDENTITY,
        "representative": DataClass.IDENTITY,
        "members": DataClass.THIRD_PERSON,
        "last_four": DataClass.THIRD_PERSON,
        "phone": DataClass.CONTACT,
        "email": DataClass.CONTACT,
        "delivery_address": DataClass.ADDRESS,
        ANSWERS: DataClass.ALL,
        **{answers_field(one): one for one in sorted(ANSWER_CLASSES)},
        "reason": DataClass.STATEMENT,
        "explanation": DataClass.EXPLANATION,
        "remarks": DataClass.EXPLANATION,
        "note": DataClass.NOTE,
        "tracking": DataClass.TRACKING,
        "holder": DataClass.PAPER,
    }
)
