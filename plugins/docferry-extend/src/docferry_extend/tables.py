"""Tables: from their text, from blocks for their cells, or from both. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from docferry.model import BoundingBox, Table, TableCell
from docferry.reading import Piece, read_markdown
from docferry.reading.grids import join_places, make_table
from docferry_extend.output import Block
from docferry_extend.texts import is_within, squeeze

__all__ = ["CELL_KINDS", "ReadTable", "is_cell", "read_table"]

CELL_KINDS = frozenset({"table_cell", "table_head"})
BoxOf = Callable[[Block], BoundingBox | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTable:
    """What the block of a table holds.

    Args:
        table: Its cells; None when they cannot be told apart, so that its text has to do.
        before: What its text has in front of the table.
        after: What its text has behind it.
        others: Blocks inside it that are no cells of it.
    """

    table: Table | None
    before: tuple[Piece, ...] = ()
    after: tuple[Piece, ...] = ()
    others: tuple[Block, ...] = ()


def is_cell(block: Block) -> bool:
    """Whether a block is the cell of a table."""
    return block.kind.lower() in CELL_KINDS or (block.details.row is not None)


def read_table(block: Block, *, box_of: BoxOf, is_spatial: bool) -> ReadTable:
    """Read the block of a table.

    Args:
        block: The block; its cells may lie inside it at any depth.
        box_of: Gives the place of a cell on the table's page.
        is_spatial: Whether its text is laid out with white space; HTML in it is read all the same.
    """
    found = list(_inside(block.children))
    cells = [inner for inner in found if is_cell(inner)]
    others = tuple(inner for inner in found if not is_cell(inner))
    is_layout = is_spatial and "<table" not in block.content.lower()
    pieces = () if is_layout else read_markdown(block.content)
    place = next((number for number, piece in enumerate(pieces) if piece.table is not None), None)
    own = _from_cells(cells, box_of)
    written = pieces[place].table if place is not None else None
    if own is None:
        others = (*cells, *others) if written is None else _missing(cells, written, others)
    if written is None:
        is_told = own is None or is_within(block.content, _text(own))
        return ReadTable(table=own, before=() if is_told else pieces, others=others)
    if own is not None and len(squeeze(_text(own))) > len(squeeze(_text(written))):
        written, own = own, None
    return ReadTable(
        table=written if own is None else _with_boxes(written, own),
        before=pieces[:place],
        after=pieces[(place or 0) + 1 :],
        others=others,
    )


def _inside(blocks: Sequence[Block]) -> Iterator[Block]:
    """Blocks at any depth, but for those inside cells, whose text belongs to the cell."""
    for block in blocks:
        if is_cell(block) or block.content or not block.children:
            yield block
        else:  # a row, or another group without a text of its own
            yield from _inside(block.children)


def _cell_text(block: Block) -> str:
    text = block.content.strip()
    for child in block.children:
        inner = _cell_text(child)
        if inner and not is_within(inner, text):
            text = f"{text}\n{inner}" if text else inner
    return text


def _from_cells(cells: Sequence[Block], box_of: BoxOf) -> Table | None:
    """The table that blocks for cells make; None when there are none, or their places are unknown."""
    places = [(block.details.row, block.details.column) for block in cells]
    rows = [row for row, _ in places if row is not None]
    columns = [column for _, column in places if column is not None]
    if not cells or len(rows) < len(cells) or len(columns) < len(cells):
        return None
    return make_table(
        join_places(
            TableCell(
                row=row,
                column=column,
                is_header=block.kind.lower() == "table_head",
                text=_cell_text(block),
                box=box_of(block),
            )
            for row, column, block in zip(rows, columns, cells, strict=True)
        )
    )


def _with_boxes(written: Table, own: Table) -> Table:
    """The table as written, with what only the blocks of its cells tell: boxes, and which are headers."""
    known = {(cell.row, cell.column): cell for cell in own.cells}
    has_headers = any(cell.is_header for cell in written.cells)
    cells: list[TableCell] = []
    for cell in written.cells:
        same = known.get((cell.row, cell.column))
        if same is None or squeeze(same.text) != squeeze(cell.text):
            cells.append(cell)
            continue
        is_header = cell.is_header or (same.is_header and not has_headers)
        cells.append(replace(cell, box=same.box, is_header=is_header))
    return replace(written, cells=tuple(cells))


def _missing(cells: Sequence[Block], written: Table, others: tuple[Block, ...]) -> tuple[Block, ...]:
    """Cells without a place, as far as the table as written lacks their text, in front of what is no cell."""
    text = _text(written)
    return (*(cell for cell in cells if not is_within(_cell_text(cell), text)), *others)


def _text(table: Table) -> str:
    return "".join(cell.text for cell in table.cells)
