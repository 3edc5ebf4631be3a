"""The number of a motor vehicle's plate, by the forms of GA 36.

Pure. A province, a letter of the issuing office, and five or six letters and digits (new-energy
vehicles have six), of which the last can be a sign such as 学, 警, 挂, 港 or 澳.
"""

import re

from shared.values.texts import BLANKS, trimmed
from shared.values.unusable import Unusable

LONGEST_PLATE = 20
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_SIGNS = "A-HJ-NP-Za-hj-np-z"
PLATE = (
    rf"^[{BLANKS}]*[{_PROVINCES}][{_SIGNS}][{BLANKS}·]?[{_SIGNS}0-9]{{4,5}}"
    rf"[{_SIGNS}0-9挂学警港澳试超领使][{BLANKS}]*$"
)
_PLATE = re.compile(PLATE.removesuffix("$") + r"\Z")


def read_plate(text: str) -> str:
    """The number as it is kept: in capital letters, without blanks and without the dot.

    Raises:
        Unusable: `plate-form`.
    """
    if not _PLATE.match(text):
        raise Unusable(
            "plate-form",
            "号牌号码由省份简称、一位字母和五至六位字母或者数字组成，请核对。",
            "The number of a plate is like 新A12345.",
        )
    return re.sub(f"[{BLANKS}·]", "", trimmed(text)).upper()
