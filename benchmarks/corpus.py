"""The text that the chunking benchmark cuts: read from the machine, made up where the machine has none.

English comes from the long descriptions of the installed Python distributions, which are Markdown with
headings, lists, tables and code, and from the language reference that ships inside CPython. Chinese prose and
tables of figures are made from word lists, the same at every run. Nothing is downloaded.
"""

import importlib
import importlib.metadata
import re
from collections.abc import Iterator
from random import Random

from docferry.model import Document, Element, ElementKind, Page, Region, Table, TableCell

__all__ = ["make_corpus", "pathological_texts", "read_markdown"]

CHINESE_WORDS = [
    "渡轮",
    "港口",
    "航线",
    "船长",
    "乘客",
    "货物",
    "潮汐",
    "天气",
    "码头",
    "时刻表",
    "安全检查",
    "燃料",
    "公司",
    "报告",
    "年度",
    "收入",
    "增长",
    "管理",
    "系统",
    "数据",
    "根据",
    "规定",
    "必须",
    "可以",
    "应当",
    "进行",
    "提供",
    "完成",
    "增加",
    "减少",
    "超过",
    "达到",
    "以及",
    "同时",
    "因此",
    "但是",
    "如果",
    "由于",
    "其中",
    "目前",
    "主要",
    "第一",
    "第二",
    "部分",
    "方面",
    "情况",
    "问题",
    "方法",
    "结果",
    "技术",
    "标准",
    "要求",
    "服务",
    "人员",
    "设备",
    "时间",
    "地区",
    "国家",
    "城市",
    "市场",
    "项目",
    "研究",
    "的",
    "了",
    "在",
    "是",
    "和",
    "与",
    "对",
    "为",
    "将",
    "被",
    "这",
    "该",
    "各",
    "每",
    "年",
    "月",
    "日",
    "已经",
    "正在",
    "开始",
    "继续",
    "提高",
    "保证",
    "使用",
    "通过",
    "包括",
    "属于",
]
LINE_ITEMS = [
    "Salaries and wages",
    "Travel and transportation",
    "Printing",
    "Supplies and materials",
    "Rent, communications",
    "Equipment",
    "Legal services",
    "Insurance premiums",
    "Net change during the year",
    "Deferred income",
]
PAGE_CHARACTERS = 2800
FENCE = re.compile(r"^(```|~~~)")
HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
BULLET = re.compile(r"^(\s*)(?:[-*+]|(\d+[.)]))\s+(.*)$")
RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$")


def make_corpus(n_characters: int) -> list[Document]:
    """Documents of about that many characters: three quarters English, one eighth each Chinese and tables."""
    documents: list[Document] = []
    for share, texts in ((0.75, _english()), (0.125, _chinese()), (0.125, _figures())):
        used = 0
        for text in texts:
            document = read_markdown(text)
            if document.elements:
                documents.append(document)
                used += len(text)
            if used >= n_characters * share:
                break
    return documents


def pathological_texts(n_bytes: int) -> dict[str, str]:
    """Texts of one kind of run each, between two words."""
    random = Random(0)  # noqa: S311 - the same text at every run
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    hanzi = "".join(random.choices("".join(CHINESE_WORDS), k=n_bytes // 3))
    return {
        "one letter": "a" * n_bytes,
        "spaces": "begin" + " " * n_bytes + "end",
        "Chinese without punctuation": hanzi,
        "base64": "".join(random.choices(alphabet, k=n_bytes)),
    }


def read_markdown(text: str) -> Document:
    """The elements of a Markdown text, in pages of about 2,800 characters. Good enough for a benchmark."""
    elements: list[Element] = []
    used = 0
    for kind, content, level in _blocks(text.splitlines()):
        page = used // PAGE_CHARACTERS + 1
        used += (
            len(content) if isinstance(content, str) else sum(len(cell.text) + 3 for cell in content.cells)
        )
        elements.append(
            Element(
                id=f"e{len(elements)}",
                kind=kind,
                text=content if isinstance(content, str) else "",
                table=None if isinstance(content, str) else content,
                level=level,
                regions=(Region(page=page),),
            )
        )
    pages = tuple(Page(number=number + 1) for number in range(used // PAGE_CHARACTERS + 1))
    return Document(
        source_fingerprint="sha256:0", provider="benchmark", pages=pages, elements=tuple(elements)
    )


def _blocks(lines: list[str]) -> Iterator[tuple[ElementKind, str | Table, int | None]]:
    at = 0
    while at < len(lines):
        end, block = _block(lines, at)
        if block is not None:
            yield block
        at = end


def _block(lines: list[str], at: int) -> tuple[int, tuple[ElementKind, str | Table, int | None] | None]:
    line = lines[at]
    if not line.strip():
        return at + 1, None
    if found := HEADING.match(line):
        return at + 1, (ElementKind.HEADING, found.group(2), len(found.group(1)))
    if FENCE.match(line):
        end = next((n for n in range(at + 1, len(lines)) if FENCE.match(lines[n])), len(lines))
        source = "\n".join(lines[at + 1 : end])
        return end + 1, ((ElementKind.CODE, source, None) if source.strip() else None)
    if "|" in line and at + 1 < len(lines) and RULE.match(lines[at + 1]):
        end = next((n for n in range(at + 2, len(lines)) if "|" not in lines[n]), len(lines))
        return end, (ElementKind.TABLE, _table([line, *lines[at + 2 : end]]), None)
    if found := BULLET.match(line):
        number = f"{found.group(2)} " if found.group(2) else ""
        end, rest = _paragraph(lines, at + 1)
        body = " ".join([number + found.group(3), *rest])
        return end, (ElementKind.LIST_ITEM, body, len(found.group(1)) // 2 + 1)
    end, rest = _paragraph(lines, at)
    return end, (ElementKind.PARAGRAPH, " ".join(rest), None)


def _paragraph(lines: list[str], at: int) -> tuple[int, list[str]]:
    end = at
    while end < len(lines) and lines[end].strip():
        if end > at and (BULLET.match(lines[end]) or HEADING.match(lines[end]) or FENCE.match(lines[end])):
            break
        end += 1
    if end == at and at < len(lines) and lines[at].strip():
        end = at + 1
    return end, [line.strip() for line in lines[at:end]]


def _table(lines: list[str]) -> Table:
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    n_columns = max(map(len, rows))
    cells = tuple(
        TableCell(row=row, column=column, is_header=row == 0, text=text)
        for row, texts in enumerate(rows)
        for column, text in enumerate(texts)
    )
    return Table(n_rows=len(rows), n_columns=n_columns, cells=cells)


def _english() -> Iterator[str]:
    found = {
        distribution.metadata["Name"]: distribution.metadata.get_payload()
        for distribution in importlib.metadata.distributions()
        if distribution.metadata["Description-Content-Type"]
        in {"text/markdown", "text/markdown; charset=UTF-8"}
    }
    topics: dict[str, str] = importlib.import_module("pydoc_data.topics").topics
    readmes = [str(found[name]) for name in sorted(found)]
    reference = ["\n".join(line.rstrip("*") for line in topics[name].splitlines()) for name in sorted(topics)]
    for index in range(max(len(readmes), len(reference))):
        yield from readmes[index : index + 1]
        yield from reference[index : index + 1]


def _chinese() -> Iterator[str]:
    random = Random(1)  # noqa: S311 - the same text at every run
    while True:
        sections = []
        for number in range(1, 41):
            paragraphs = ["".join(_sentence(random) for _ in range(random.randint(2, 9))) for _ in range(4)]
            sections.append(f"## {number} {random.choice(CHINESE_WORDS)}{random.choice(CHINESE_WORDS)}")
            sections += paragraphs
        yield "\n\n".join(sections)


def _sentence(random: Random) -> str:
    clauses = [
        "".join(random.choices(CHINESE_WORDS, k=random.randint(4, 9))) for _ in range(random.randint(1, 3))
    ]
    return "，".join(clauses) + "。"


def _figures() -> Iterator[str]:
    random = Random(2)  # noqa: S311 - the same text at every run
    while True:
        lines = ["# Statement of expenditures"]
        for number in range(1, 25):
            lines += ["", f"## Part {number}", "", "Amounts in thousands of dollars.", ""]
            lines += ["| Line item | 2024 | 2025 | Change |", "| --- | --- | --- | --- |"]
            lines += [_figure_row(random) for _ in range(random.choice((6, 12, 12, 25, 60)))]
        yield "\n".join(lines)


def _figure_row(random: Random) -> str:
    before, after = random.randint(10, 999999), random.randint(10, 999999)
    change = f"{(after - before) / before:.1%}"
    return f"| {random.choice(LINE_ITEMS)} | {before:,} | {after:,} | {change} |"
