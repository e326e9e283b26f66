"""What of the partial transcripts of a turn can be relied on: the words on which two runs agree.

Pure. Each partial is recognised anew from the beginning of the turn, on more audio than the one before. Its last words
flicker ("check" becomes "checking"); the ones before seldom do. A word is committed once two runs in a row wrote it at
the same place (local agreement: Liu et al. 2020, Macháček et al. 2023), and then never changes. The word with which the
older run ended may have been cut, so it waits for one run more, unless the newer run ended with it too: so 3 of 176
committed words differed from the final transcript, without it 6 of 178 (docs/decisions/0015-recognition.md).

```
partial 1    send fifty
partial 2    send fifty dollars to         committed: send              tail: fifty dollars to
partial 3    Send fifty dollars, too       committed: send fifty dollars,    tail: too
```
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

# Scripts without spaces between words; each of their characters counts as a word. Thai, Lao, Burmese, Khmer, kana, han.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORDS = re.compile(rf"[{_UNSPACED}][^\s\w]*|[^\s{_UNSPACED}]+")
_MARKS = re.compile(r"[\W_]+")
# So many words at the edge of what is committed are looked for in a partial that does not begin with all of it.
_ANCHOR_WORDS = 3


@dataclass(frozen=True, slots=True)
class Agreement:
    """The words of one turn so far: `committed` never change, `tail` may. Begin each turn with a new one."""

    committed: tuple[str, ...] = ()
    tail: tuple[str, ...] = ()

    @property
    def committed_text(self) -> str:
        return join_words(self.committed)

    @property
    def text(self) -> str:
        """All that was heard, as far as is known now."""
        return join_words(self.committed + self.tail)

    def heard(self, partial: str) -> Agreement:
        """Take the next partial transcript of the turn, of more audio than the last."""
        words = split_words(partial)
        words = words[_length_of_committed(self, words) :]
        agreed = _common(self.tail, words)
        if agreed == len(self.tail) < len(words):
            agreed = max(0, agreed - 1)  # the end of the older run may have been the beginning of a longer word
        return Agreement(self.committed + words[:agreed], words[agreed:])


def split_words(text: str) -> tuple[str, ...]:
    """Split a transcript into words, without those that are only marks."""
    return tuple(word for word in _WORDS.findall(text) if bare(word))


def join_words(words: Sequence[str]) -> str:
    """Put words together again, with spaces where their script has them."""
    text = ""
    for word in words:
        is_close = text and re.match(rf"[{_UNSPACED}]", word) and re.search(rf"[{_UNSPACED}]\W*$", text)
        text += word if not text or is_close else f" {word}"
    return text


def bare(word: str) -> str:
    """Return a word as it is compared: without case and marks."""
    return _MARKS.sub("", word).casefold()


def _common(before: Sequence[str], after: Sequence[str]) -> int:
    """Return with how many equal words two sequences begin."""
    count = 0
    for one, other in zip(before, after, strict=False):
        if bare(one) != bare(other):
            break
        count += 1
    return count


def _length_of_committed(before: Agreement, words: Sequence[str]) -> int:
    """Return how many words of a partial stand for what is committed.

    A later run may write the beginning differently ("twenty five", "25"). Then the last committed words are looked for,
    or the first ones of the tail, nearest to where they were; if neither is there it goes by number.
    """
    expected = len(before.committed)
    if not expected or _common(before.committed, words) == expected:
        return expected
    for size in range(min(_ANCHOR_WORDS, expected), 0, -1):
        if ends := [at + size for at in _places(before.committed[-size:], words)]:
            return min(ends, key=lambda end: (abs(end - expected), end))
    for size in range(min(_ANCHOR_WORDS, len(before.tail)), 0, -1):
        if begins := _places(before.tail[:size], words):
            return min(begins, key=lambda begin: (abs(begin - expected), begin))
    return min(expected, len(words))


def _places(wanted: Sequence[str], words: Sequence[str]) -> list[int]:
    """Return where these words stand among others."""
    bare_wanted, bare_words = [bare(word) for word in wanted], [bare(word) for word in words]
    size = len(bare_wanted)
    return [at for at in range(len(bare_words) - size + 1) if bare_words[at : at + size] == bare_wanted]
