"""Files that the emulator can parse."""

import io

from reportlab.pdfgen.canvas import Canvas

PAGES = (("Tides", "High water is at 06:12."), ("Moorings", "Buoy 7 is free."))


def small_pdf(count=2, *, title=""):
    """A PDF of so many pages; the same title gives the same bytes."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=True)
    for heading, text in PAGES[:count]:
        canvas.setFont("Helvetica-Bold", 20)
        canvas.drawString(72, 740, f"{heading} {title}".strip())
        canvas.setFont("Helvetica", 11)
        canvas.drawString(72, 700, text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()
