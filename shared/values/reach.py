"""How somebody is reached: numbers of telephones, addresses of e-mail, postcodes.

Pure. `PHONE` and `EMAIL` are the forms that a published schema can say, for what was sent; what the
libraries know besides (numbering plans, lengths in octets, names of domains) is beyond a schema.
"""

import re

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from shared.values.texts import BLANKS, trimmed
from shared.values.unusable import Unusable

LONGEST_PHONE = 40
LONGEST_EMAIL = 254  # RFC 5321, 4.5.3.1.3: a path of 256 octets with its brackets
HERE = "CN"
MAINLAND = 86
MOBILE_DIGITS = 11
_MOBILE = re.compile("1[3-9]")

PHONE = rf"^[{BLANKS}]*\+?[0-9][0-9 -]{{4,20}}[0-9][{BLANKS}]*$"
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
# What a domain is written with: letters and digits of any script, as exclusions; no dot, no hyphen.
_NOT = r"\x00-/:-@\[-`{-\xa0\u1680\u2000-\u206f\u3000-\u3002\ufe52\uff00-\uff20\uff61"
_LABEL = rf"[^{_NOT}](?:(?:[^{_NOT}]|-)*[^{_NOT}])?"
_TOP = rf"[^{_NOT}0-9](?:(?:[^{_NOT}]|-)*[^{_NOT}])?"
EMAIL = rf"^[{BLANKS}]*{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_TOP}[{BLANKS}]*$"

# Of the mainland: six digits; which of them are in use is not asked.
POSTCODE = rf"^[{BLANKS}]*[0-9]{{6}}[{BLANKS}]*$"
LONGEST_POSTCODE = 20

_POSTCODE = re.compile(POSTCODE.removesuffix("$") + r"\Z")
_FEW = re.compile(rf"[{BLANKS}]*\+?[0-9][0-9 -]{{0,4}}[{BLANKS}]*\Z")  # too short for `PHONE`
_PHONE = re.compile(PHONE.removesuffix("$") + r"\Z")
_EMAIL = re.compile(EMAIL.removesuffix("$") + r"\Z")
# Numbers of these kinds take no text message, wherever they are.
_TEXTLESS = frozenset(
    {
        phonenumbers.PhoneNumberType.FIXED_LINE,
        phonenumbers.PhoneNumberType.TOLL_FREE,
        phonenumbers.PhoneNumberType.PREMIUM_RATE,
        phonenumbers.PhoneNumberType.SHARED_COST,
        phonenumbers.PhoneNumberType.UAN,
        phonenumbers.PhoneNumberType.VOICEMAIL,
    }
)

# In some countries a number does not tell a mobile from a fixed line.
_MOBILES = frozenset(
    {
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    }
)


def read_phone(text: str) -> str:
    """A telephone number as it is kept: as it was written, without blanks around it.

    A number without `+` is one of mainland China. Its length must be one that the country's plan
    has; whether the number is given to somebody is not asked.

    Raises:
        Unusable: `phone-form` or `phone-unknown`.
    """
    if _FEW.match(text):
        raise Unusable(
            "phone-form",
            "电话号码太短，请填写11位手机号码或者带区号的固定电话号码。",
            "Too short: a mobile has 11 digits, a fixed line has its area code before it.",
        )
    if not _PHONE.match(text):
        raise Unusable(
            "phone-form",
            "电话号码只能由数字、空格和连字符组成，境外号码以“+”和国家代码开头。",
            "A telephone number has digits, blanks and hyphens, abroad with + and its country.",
        )
    kept = trimmed(text)
    number = _number(kept)
    if number is None or not _can_be_called(number):
        raise Unusable(
            "phone-unknown",
            "没有这样的电话号码，请核对位数（固定电话请加区号，境外号码请加“+”和国家代码）。",
            "No telephone number is like this: look at its length, its area and its country.",
        )
    return kept


def _can_be_called(number: phonenumbers.PhoneNumber) -> bool:
    """By its length alone, with its area; a mobile of mainland China has eleven digits."""
    digits = phonenumbers.national_significant_number(number)
    if number.country_code == MAINLAND and _MOBILE.match(digits):
        return len(digits) == MOBILE_DIGITS
    reason = phonenumbers.is_possible_number_with_reason(number)
    return bool(reason == phonenumbers.ValidationResult.IS_POSSIBLE)


def read_mobile(text: str) -> str:
    """A mobile number as it is kept: one that receives text messages, here or abroad.

    Raises:
        Unusable: `phone-form`, `phone-unknown` or `phone-not-mobile`.
    """
    kept = read_phone(text)
    number = _number(kept)
    if number is None or not _is_mobile(number):
        raise Unusable(
            "phone-not-mobile",
            "须填写能够接收短信的手机号码（境内为11位），不能填写固定电话、服务热线。",
            "A mobile number that receives text messages is needed (eleven digits in the"
            " mainland), no fixed line and no service number.",
        )
    return kept


def _is_mobile(number: phonenumbers.PhoneNumber) -> bool:
    """In the mainland by its first digits: ranges are opened before a library knows them."""
    if number.country_code == MAINLAND:
        return bool(_MOBILE.match(phonenumbers.national_significant_number(number)))
    return phonenumbers.number_type(number) in _MOBILES


def takes_no_texts(phone: str) -> bool:
    """Whether a number surely receives no text messages: a fixed line, a service number."""
    number = _number(phone)
    return number is not None and phonenumbers.number_type(number) in _TEXTLESS


def _number(text: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, HERE)
    except phonenumbers.NumberParseException:
        return None


def read_email(text: str) -> str:
    """An address of e-mail as it is kept and sent to, its domain in the ASCII form.

    Nobody is asked whether a domain has a mail server; names that never have one (`.invalid`,
    `.local`) are refused, the `example` domains are taken.

    Raises:
        Unusable: `email-form` or `email-unknown`.
    """
    if not _EMAIL.match(text):
        raise Unusable(
            "email-form",
            "电子邮箱地址由用户名、半角“@”和域名组成，请核对。",
            "An e-mail address is like name@example.com, with the common sign @.",
        )
    try:
        found = validate_email(
            trimmed(text),
            allow_smtputf8=False,
            check_deliverability=False,  # it would ask the network
            strict=True,  # the limit before the @ too
        )
    except EmailNotValidError:
        found = None
    address = found.ascii_email if found else None
    if address is None or len(address) > LONGEST_EMAIL:
        raise Unusable(
            "email-unknown",
            "不可能有这样的电子邮箱地址，请核对（“@”前最多 64 个字符，域名各段最多 63 个字符）。",
            "No e-mail address can be like this: at most 64 characters before the @, 63 a label.",
        )
    return address


def read_postcode(text: str) -> str:
    """A postcode of the mainland as it is kept: six digits.

    Raises:
        Unusable: `postcode-form`.
    """
    if not _POSTCODE.match(text):
        raise Unusable(
            "postcode-form", "邮政编码为六位数字，请核对。", "A postcode has six digits."
        )
    return trimmed(text)
