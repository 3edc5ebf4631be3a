"""A portrait (证件照) against the standard that its item names: what is measured, what is wanted.

Size, colour and bytes alone are compared. Nobody's face is looked at: whether it is the
applicant's, without a hat, before a white background, an officer sees.
"""

from collections.abc import Iterator, Mapping

from shared.catalogue.definition.outcome import PhotoStandard
from shared.clock.telling.wording import Words
from shared.files.measures import Measures

KB = 1024
COLOURS: Mapping[str, Words] = {
    "RGB": Words("24 位真彩色", "24 bit colour"),
    "RGBA": Words("带透明的彩色", "colour with transparency"),
    "L": Words("灰度", "grey"),
    "1": Words("纯黑白两色", "black and white alone"),
    "P": Words("不足 24 位的彩色", "colour of fewer than 24 bit"),
    "CMYK": Words("印刷用的四色", "the four colours of print"),
}
OTHER_COLOUR = Words("其他颜色格式", "another form of colour")


def deviations(standard: PhotoStandard, found: Measures, size: int) -> Iterator[Words]:
    """What is measured beside what is wanted. A size is told in KB of 1024 bytes, rounded up.

    `size`: of the stored file, for one whose size was not measured as it came.
    """
    came = size if found.size is None else found.size
    wide, high = standard.width_px, standard.height_px
    if wide and high and (found.width, found.height) != (wide, high):
        yield Words(
            f"现在宽 {found.width} 像素、高 {found.height} 像素，"
            f"应当宽 {wide} 像素、高 {high} 像素",
            f"it is {found.width} pixels wide and {found.height} high, and has to be {wide} wide"
            f" and {high} high",
        )
    if standard.colour and found.mode != standard.colour:
        now, wanted = COLOURS.get(found.mode, OTHER_COLOUR), COLOURS[standard.colour]
        yield Words(
            f"现在是{now.zh}，应当是{wanted.zh}", f"it is in {now.en}, and has to be in {wanted.en}"
        )
    if standard.most_bytes and came > standard.most_bytes:
        has, most = -(-came // KB), standard.most_bytes // KB
        yield Words(
            f"文件现在有 {has} 千字节，应当在 {most} 千字节以内",
            f"the file has {has} KB, and may have {most}",
        )


def standard_told(standard: PhotoStandard) -> Words:
    """What a picture has to be, as the form shows it beside the field."""
    zh, en = [], []
    if standard.width_px and standard.height_px:
        zh.append(f"宽 {standard.width_px} 像素、高 {standard.height_px} 像素")
        en.append(f"{standard.width_px} pixels wide and {standard.height_px} high")
    if standard.colour:
        zh.append(COLOURS[standard.colour].zh)
        en.append(f"in {COLOURS[standard.colour].en}")
    if standard.most_bytes:
        zh.append(f"文件在 {standard.most_bytes // KB} 千字节以内")
        en.append(f"at most {standard.most_bytes // KB} KB")
    look = [one for one in (standard.look, standard.look_en) if one]
    return Words(
        f"须为证件照：{'，'.join(zh)}。{look[0] if look else ''}",
        " ".join([f"An identity photograph: {', '.join(en)}.", *look[1:]]),
    )
