"""Words of a running service that differ from run to run, replaced by words that do not.

The first random id that is seen becomes «1», the next «2», and so on; the two services of a comparison keep one
list each, so that equal answers become equal texts. Instants since the run began become «time», tokens «token».

Rule: nothing else is replaced. Instants of the machine's data lie before the run and stay.
"""

import datetime
import re

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
KEY = r"tl_[0-9a-f]{64}"
ID = re.compile(rf"{KEY}|{UUID}")
ORDINAL = re.compile(r"«\d+»")
TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")
SHOWN_KEY = re.compile(r"tl_[0-9a-f]{6}…")
INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)")
EARLIER_S = 120  # clocks and rounding
LATER_S = 11 * 366 * 86_400  # an API key ends within ten years


class Normal:
    """What one service's words stand for. `fixed` maps texts of its own, such as its folder, to words."""

    def __init__(self, begin_s: float, fixed: dict[str, str] | None = None) -> None:
        self.begin_s = begin_s
        self.fixed = dict(fixed or {})
        self.ordinals = {}
        self.owns = {}

    def ordinal(self, own: str) -> str:
        """The word for an id; a new one for an id that is new."""
        if own not in self.ordinals:
            word = f"«{len(self.ordinals) + 1}»"
            self.ordinals[own], self.owns[word] = word, own
        return self.ordinals[own]

    def is_of_the_run(self, seconds: float) -> bool:
        """Whether a time since 1970 tells when the run was."""
        return self.begin_s - EARLIER_S <= seconds <= self.begin_s + LATER_S

    def _instant(self, found: re.Match) -> str:
        try:
            instant = datetime.datetime.fromisoformat(found.group())
        except ValueError:
            return found.group()
        return "«time»" if self.is_of_the_run(instant.timestamp()) else found.group()

    def text(self, text: str) -> str:
        """The text in words that do not differ from run to run."""
        for own, word in self.fixed.items():
            text = text.replace(own, word)
        text = TOKEN.sub("«token»", text)
        text = SHOWN_KEY.sub("«shown key»", text)
        text = ID.sub(lambda found: self.ordinal(found.group()), text)
        return INSTANT.sub(self._instant, text)

    def number(self, value: int) -> int | str:
        """A stored count of microseconds or milliseconds since 1970 that tells when the run was."""
        for unit in (1e6, 1e3):
            if self.is_of_the_run(value / unit) and value > 1e12:
                return "«time»"
        return value

    def own(self, text: str) -> str:
        """The text in the words of this service; the opposite of `text` for ids."""
        return ORDINAL.sub(lambda found: self.owns.get(found.group(), found.group()), text)
