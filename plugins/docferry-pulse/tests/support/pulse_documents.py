"""Small documents that tests make."""

import io

from reportlab.pdfgen.canvas import Canvas


def small_pdf(*, lines=(("Tides", "High water is at 06:12."), ("Moorings", "Buoy 7 is free."))):
    """A PDF of a few lines on each of its pages."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=True)
    for heading, line in lines:
        canvas.setFont("Helvetica-Bold", 20)
        canvas.drawString(72, 740, heading)
        canvas.setFont("Helvetica", 11)
        canvas.drawString(72, 700, line)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()
