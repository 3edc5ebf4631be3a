"""What is said of originals that an office has, on paper and in messages alike."""

from shared.case.state import Case
from shared.catalogue import Item
from shared.clock import Words

_OTHER = Words("其他材料", "other papers")


def originals_to_fetch(case: Case, item: Item) -> Words | None:
    """That the originals which the office keeps are to be fetched (R-033); None without any."""
    rules = [item.material(code) for code in case.originals_kept]
    if not rules:
        return None
    zh = "、".join(dict.fromkeys(rule.name if rule else _OTHER.zh for rule in rules))
    en = ", ".join(
        dict.fromkeys((rule.name_en or rule.name) if rule else _OTHER.en for rule in rules)
    )
    return Words(
        f"您交由窗口保管的材料原件（{zh}），请持本人有效身份证件到交件窗口取回。",
        f"Please fetch the originals that the office keeps ({en}) where you handed them in, with"
        " your identity document.",
    )
