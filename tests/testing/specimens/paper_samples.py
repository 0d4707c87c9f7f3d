"""What the paper and mill providers are tested with."""

import io

from reportlab.pdfgen.canvas import Canvas

from docferry.testing import Sample


def pdf(*lines):
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pageCompression=0, invariant=1)
    for line in lines:
        canvas.drawString(72, 700, line)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


LETTER = Sample(
    name="letter.txt",
    content=b"~ The post\n# Dear mill\nThe first page of the letter.\fAnd the second page of it.",
    pages=(("Dear mill", "The first page of the letter."), ("And the second page of it.",)),
    furniture=("The post",),
)
NOTE = Sample(name="note.txt", content=b"A note that came with it.", pages=(("A note that came with it.",),))
LEAFLET = Sample(
    name="leaflet.pdf",
    content=lambda: pdf("The first leaf", "The second leaf", "The third leaf"),
    pages=(("The first leaf",), ("The second leaf",), ("The third leaf",)),
)
