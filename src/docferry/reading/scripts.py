"""What is known of scripts."""

import re

__all__ = ["is_cjk"]

_CJK = re.compile(r"[\u2e80-\u303f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef]")


def is_cjk(character: str) -> bool:
    """Whether the character is Chinese or Japanese, punctuation included; such text has no word spaces."""
    return _CJK.match(character) is not None
