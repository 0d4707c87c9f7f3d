"""Both RAG examples answer with passages that show where they stand."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
QUESTION = "Which was the busiest day, that of the regatta?"


@pytest.fixture
def folder(tmp_path, demo_pdf):
    made = tmp_path / "papers"
    made.mkdir()
    shutil.copy(demo_pdf, made / "report.pdf")
    (made / "notes.md").write_text("# Moorings\n\nBuoy 4 is closed until spring.\n", encoding="utf-8")
    (made / "broken.pdf").write_bytes(b"%PDF-1.7 no more")
    return made


@pytest.mark.parametrize("name", ["langchain", "llama_index"])
def test_a_question_is_answered_with_proof(folder, tmp_path, name):
    output = tmp_path / "images"
    command = [
        sys.executable,
        str(EXAMPLES / f"{name}_rag.py"),
        str(folder),
        QUESTION,
        "--output",
        str(output),
    ]
    run = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)

    assert run.returncode == 0, run.stderr
    assert "broken.pdf" in run.stderr
    first = run.stdout.split("\n\n1. ")[1].split("\n\n2. ")[0]
    assert first.startswith("report.pdf, page 2 ")
    assert "under: 1 The year in brief > 1.1 Passengers > 1.1.1 The busiest day" in first
    assert "4,871 passengers" in first
    page, (left, top, right, bottom), _ = json.loads(re.search("boxes: (.*)", first).group(1))[0]
    assert page == 2
    with Image.open(next(output.glob("*-1.png"))) as image:
        width, height = image.size
        edge = [
            image.getpixel((round((left + right) / 2 * width), round(top * height) - 2 + dy))
            for dy in range(-2, 3)
        ]
        middle = image.getpixel((round(right * width) + 8, round((top + bottom) / 2 * height)))
    assert any(red > 150 and green < 80 for red, green, _ in edge), "a box is drawn around the passage"
    assert middle == (255, 255, 255)


def test_what_is_only_text_has_no_image(folder, tmp_path):
    (folder / "report.pdf").unlink()
    command = [
        sys.executable,
        str(EXAMPLES / "langchain_rag.py"),
        str(folder),
        "closed buoy",
        "--output",
        str(tmp_path / "i"),
    ]
    run = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)

    assert "notes.md, page 1" in run.stdout
    assert "Buoy 4 is closed" in run.stdout
    assert not (tmp_path / "i").exists()
