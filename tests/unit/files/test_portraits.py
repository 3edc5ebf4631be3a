"""A portrait against its standard: what is kept of a picture, and what the form says beforehand."""

import re

import pytest

from services.intake.application.form_order import order_of
from shared.catalogue import packaged_catalogue
from shared.catalogue.definition.base import listed
from shared.files import Measures
from shared.files.portraits import deviations, standard_told

PORTRAITS = {("000-06", "photo"), ("001-08", "own-picture")}


@pytest.mark.parametrize("kept", [None, {}, {"pages": 3}])
def test_nothing_is_measured_of_a_pdf_and_of_an_old_upload(kept: dict[str, int] | None) -> None:
    assert Measures.of(kept) is None


def test_the_portraits_of_the_two_sources_name_the_printed_standard() -> None:
    """The words of 001: 358像素(宽)×441像素(高), 24位RGB真彩色, 150k字节以内."""
    items = [packaged_catalogue().item(id_) for id_, _ in sorted(PORTRAITS)]
    named = {
        (one.id, rule.code) for one in items for rule in listed(one.text.materials) if rule.standard
    }
    assert named == PORTRAITS
    for one in items:
        standard = one.text.photo_standard
        assert standard is not None
        assert (standard.width_px, standard.height_px) == (358, 441)
        assert (standard.colour, standard.most_bytes) == ("RGB", 150 * 1024)
        assert list(deviations(standard, Measures(358, 441, "RGB"), 150 * 1024)) == []
        (wrong,) = deviations(standard, Measures(441, 358, "RGB"), 1)
        assert "宽 441 像素、高 358 像素" in wrong.zh
        came = Measures(358, 441, "RGB", 300 * 1024)  # a scan of it was stored in fewer bytes
        (wrong,) = deviations(standard, came, 90 * 1024)
        assert "300 千字节" in wrong.zh


def test_the_form_says_what_the_picture_has_to_be() -> None:
    item = packaged_catalogue().item("001-08")
    standard = item.text.photo_standard
    assert standard is not None
    fields = [field for section in order_of(item) for field in section["fields"]]
    (field,) = [one for one in fields if one.get("code") == "own-picture"]
    assert (field["help"], field["help_en"]) == standard_told(standard)
    assert (field["standard"]["width"], field["standard"]["height"]) == (358, 441)
    said = standard_told(standard)
    for part in ("宽 358 像素、高 441 像素", "24 位真彩色", "150 千字节以内", "白色背景"):
        assert part in said.zh
    for part in ("358 pixels wide and 441 high", "24 bit colour", "150 KB", "white background"):
        assert part in said.en
    assert not re.search(r"[A-Za-z]", said.zh)
