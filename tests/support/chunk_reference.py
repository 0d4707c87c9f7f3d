"""A chunker that is slow and obvious: it joins, counts and looks, and knows neither sums nor borders.

It covers headings, paragraphs, list items and code of which none is longer than a chunk.
"""

from docferry.model import ElementKind

__all__ = ["reference_chunks"]

HEADING, ITEM, CODE, PARAGRAPH = (
    ElementKind.HEADING,
    ElementKind.LIST_ITEM,
    ElementKind.CODE,
    ElementKind.PARAGRAPH,
)


def reference_chunks(document, *, max_tokens, count):
    """What is embedded of each chunk, in order."""
    found = []
    for section in sections(document.elements):
        path = section[0][1]
        rest = section
        while rest:
            end = longest(rest, path, max_tokens, count)
            if end < len(rest):
                end = better_end(rest, end, max_tokens, count)
            found.append(embedded(rest[:end]))
            rest = rest[end:]
            path = rest[0][1] if rest else path
    return found


def sections(elements):
    """Lists of (element, heading path), one for each page and each heading that follows no heading."""
    path = ()
    found = []
    before = None
    for element in elements:
        own = path
        if element.kind is HEADING:
            own = path[: element.level - 1]
            path = (*own, element.text)
        is_new = (
            before is None
            or before.regions[0].page != element.regions[0].page
            or (element.kind is HEADING and before.kind is not HEADING)
        )
        if is_new:
            found.append([])
        found[-1].append((element, own))
        before = element
    return found


def longest(rest, _path, max_tokens, count):
    """How many elements fit."""
    fitting = [end for end in range(1, len(rest) + 1) if count(embedded(rest[:end])) <= max_tokens]
    return max(fitting)


def better_end(rest, end, max_tokens, count):
    """The end moved back to where a block begins, if the block fits into a chunk of its own."""
    start = end
    while start > 0 and is_tied(rest, start):
        start -= 1
    stop = start + 1
    while stop < len(rest) and is_tied(rest, stop):
        stop += 1
    is_whole = count(embedded(rest[start:stop])) <= max_tokens
    return start if start > 0 and is_whole else end


def is_tied(rest, index):
    before, element = rest[index - 1][0], rest[index][0]
    if before.kind is HEADING:
        return True
    if before.kind is ITEM and element.kind is ITEM:
        return True
    return before.kind is PARAGRAPH and element.kind in {ITEM, CODE} and before.text.endswith(":")


def embedded(part):
    prefix = " > ".join(part[0][1])
    text = ""
    before = None
    for element, _ in part:
        if before is not None:
            text += "\n" if before.kind is ITEM and element.kind is ITEM else "\n\n"
        text += written(element)
        before = element
    return f"{prefix}\n\n{text}" if prefix else text


def written(element):
    if element.kind is HEADING:
        return "#" * element.level + " " + element.text
    if element.kind is ITEM:
        return "- " + element.text
    if element.kind is CODE:
        return f"```\n{element.text}\n```"
    return element.text
