"""Why a file is not accepted: a stable code, and a sentence with what was measured."""

from dataclasses import dataclass
from typing import Any

from shared.files.limits import CPU_S, MOST_COLUMNS, MOST_PAGES, MOST_PIXELS, MOST_ROWS, MOST_SIDE


class FileLookerBusy(Exception):
    """Other files take all the time; the same file may be sent again (503)."""


@dataclass(frozen=True)
class FileFault:
    """A sentence in Chinese and one in English, with places for what was measured."""

    zh: str
    en: str


WRONG = {
    "kind": FileFault(
        "这类文件不能接收。请上传常见格式的照片、扫描图片，或者 PDF 文件。",
        "The file is {found}. Send JPEG, PNG, WebP or PDF.",
    ),
    "broken": FileFault(
        "文件不完整或者已经损坏，无法打开。请重新拍照、扫描或者导出后再上传。",
        "The file is not a whole {found}. Take, scan or export it again.",
    ),
    "pixels": FileFault(
        "图片宽 {width} 像素、高 {height} 像素，共 {pixels} 像素，超过最多 {most} 像素。"
        "请缩小后再上传。",
        "The picture is {width} by {height}, {pixels} pixels; at most {most} are accepted. "
        "Make it smaller.",
    ),
    "side": FileFault(
        "图片宽 {width} 像素、高 {height} 像素，每边最多 {most} 像素。请裁切后再上传。",
        "The picture is {width} by {height} pixels; a side has at most {most}. Crop it.",
    ),
    "frames": FileFault(
        "图片是动图，共有 {frames} 个画面，只能有一个画面。请上传静态图片。",
        "The picture has {frames} frames; one is accepted. Send a still picture.",
    ),
    "pages": FileFault(
        "PDF 文件有 {pages} 页，最多 {most} 页。请分成几个文件上传。",
        "The PDF has {pages} pages; at most {most} are accepted. Send it in several files.",
    ),
    "encrypted": FileFault(
        "PDF 文件设有密码或者使用限制。请去掉后重新导出，再上传。",
        "The PDF is encrypted. Export it without a password or restrictions.",
    ),
    "active": FileFault(
        "PDF 文件里除了页面还有脚本、附件、动态表单或者自动动作，共 {count} 处，不能接收。"
        "请打印成新的 PDF 文件再上传。",
        "The PDF holds {count} of what is not a page ({found}). Print it to a new PDF.",
    ),
    "no-sheet": FileFault(
        "这个文件不是可以导入的电子表格。请下载模板，在模板里填写，按原来的格式保存后再上传。",
        "The file is no spreadsheet (.xlsx). Download the template, fill it in and keep its form.",
    ),
    "programs": FileFault(
        "电子表格里有宏、外部链接或者嵌入的对象，不能接收。请把内容复制到模板里再上传。",
        "The spreadsheet holds macros, links to other files or objects. Copy the values into the "
        "template.",
    ),
    "rows": FileFault(
        "电子表格的行数超过最多 {most} 行。请分成几个文件。",
        "The spreadsheet has more than {most} rows. Send it in several files.",
    ),
    "columns": FileFault(
        "电子表格超过最多 {most} 列。请使用模板，不要增加列。",
        "The spreadsheet has more than {most} columns. Use the template as it is.",
    ),
    "costly": FileFault(
        "打开这个文件所需的时间或者内存超过限度（最多 {seconds} 秒）。请重新拍照、扫描或者导出。",
        "Opening the file takes more than the memory or the {seconds} seconds that a file may "
        "cost. Take, scan or export it again.",
    ),
}
LIMITS = {
    "pixels": MOST_PIXELS,
    "side": MOST_SIDE,
    "pages": MOST_PAGES,
    "rows": MOST_ROWS,
    "columns": MOST_COLUMNS,
}


class FileRefused(Exception):
    """A file is not accepted; `code` is a row of `WRONG`, the sentences say what was measured."""

    def __init__(self, code: str, **measured: Any) -> None:
        wrong = WRONG[code]
        told = {"most": LIMITS.get(code), "seconds": CPU_S, **measured}
        super().__init__(wrong.en.format(**told))
        self.code = code
        self.measured = measured
        self.zh = wrong.zh.format(**told)
