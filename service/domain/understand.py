"""What a patient's text means. Pure and deterministic; the rule that fired is named in the result.

Order: crisis, urgent symptom, opt-out, the question that is open, general intents, unclear.
A certain yes must account for every word of the text. What no rule reads is `unclear`, for a person.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from service.domain.matching import Reading, by_start, clause_end, first_undoubted, not_undone, tile, tile_a_clause
from service.domain.normalise import Said, every_word, join_spelled_out, normalise
from service.domain.phrases import OUT_OF_TEN, Finder, Found
from service.domain.reply_rules import Intent, Match, ReplyRules, Rule, Urgency
from service.domain.spelling import Speller
from service.domain.values import Question

MOST_WORDS = 400
"""Beyond this only crisis, urgent symptoms and opt-out are looked for; nobody confirms at such length."""

_HEARD_ALWAYS = (Intent.CRISIS, Intent.URGENT_SYMPTOM, Intent.OPT_OUT)
_WITHOUT_STAFF = frozenset(
    {
        Intent.CONFIRM, Intent.OPT_OUT, Intent.OPT_IN, Intent.HELP, Intent.RIDE_YES,
        Intent.FASTING_OK, Intent.SCORE, Intent.THANKS,
    }
)  # fmt: skip
_URGENCY = {
    Intent.CRISIS: Urgency.NOW,
    Intent.URGENT_SYMPTOM: Urgency.NOW,
    Intent.FASTING_BROKEN: Urgency.NOW,
    Intent.RIDE_NO: Urgency.SOON,
    Intent.CANCEL: Urgency.SOON,
    Intent.RESCHEDULE: Urgency.SOON,
    Intent.RUNNING_LATE: Urgency.SOON,
}
_POLITE = -1
_PER_RULE = 3  # owners of one rule: its phrases, its `unless`, its `quoting`


@dataclass(frozen=True, kw_only=True)
class Understood:
    """`value`: a score ("6"), minutes late ("15"), or "opt_out" where a cry for help also says stop."""

    intent: Intent
    rule: str
    needs_staff: bool
    urgency: Urgency
    value: str


UNREAD = Understood(intent=Intent.UNCLEAR, rule="unread", needs_staff=True, urgency=Urgency.NONE, value="")

A_QUESTION = replace(UNREAD, intent=Intent.QUESTION, rule="question_mark")


def understand(text: str, rules: tuple[ReplyRules, ...], asked: Question | None, language: str) -> Understood:
    """What `text` means to a clinic that asked `asked`. `language` is tried first; never raises."""
    return _judge(rules, language).read(text, asked)


@lru_cache(maxsize=16)
def _judge(rules: tuple[ReplyRules, ...], language: str) -> "_Judge":
    return _Judge(sorted(rules, key=lambda each: each.language != language))


def _stage(rule: Rule) -> int:
    if rule.intent in _HEARD_ALWAYS:
        return _HEARD_ALWAYS.index(rule.intent)
    return 3 if rule.asked else 4


class _Judge:
    """The rules of all languages, compiled once, in the order in which they are tried."""

    def __init__(self, files: list[ReplyRules]) -> None:
        self.numbers = {word: value for file in files for word, value in file.numbers}
        self.doubt = frozenset().union(*(file.doubt for file in files))
        self.breaks = frozenset().union(*(file.breaks for file in files))
        self.known = frozenset().union(*(file.known for file in files))
        self.finder = Finder(self.numbers)
        ranked = [(_stage(rule), rule, dict(file.groups)) for file in files for rule in file.rules]
        ranked.sort(key=lambda each: each[0])
        self.rules = [rule for _, rule, _ in ranked]
        self.general_from = sum(1 for stage, _, _ in ranked if stage < len(_HEARD_ALWAYS))
        for number, (_, rule, groups) in enumerate(ranked):
            for offset, phrases in enumerate((rule.phrases, rule.unless, rule.quoting)):
                for phrase in phrases:
                    self.finder.add(phrase, number * _PER_RULE + offset, groups)
        for file in files:
            for phrase in file.polite:
                self.finder.add(phrase, _POLITE, dict(file.groups))
        self.speller = Speller(self.finder.vocabulary, self.known)

    def read(self, text: str, asked: Question | None) -> Understood:
        said = normalise(text)
        heard = self._heard_always(text, said)
        if heard:
            return heard
        if len(said.words) > MOST_WORDS:
            return replace(UNREAD, rule="too_long")
        reading = self._reading(self._for_rules(said))
        for number in self._candidates(reading, self.general_from, len(self.rules)):
            rule = self.rules[number]
            if (not rule.asked or asked in rule.asked) and (result := self._apply(number, reading)):
                return result
        return A_QUESTION if said.asks else UNREAD

    # --- crisis, urgent symptoms, opt-out: over the whole text, misspelt or not ------------------

    def _heard_always(self, text: str, said: Said) -> Understood | None:
        own = [self._reading(self._plain(said.words, said.clauses))]
        mended = self._mended(own[0].said.words)
        if mended != own[0].said.words:
            own.append(self._reading(replace(own[0].said, words=mended)))
        everything = self._everything(text, own)
        found = self._first(everything, Intent.CRISIS) or self._first(own, Intent.URGENT_SYMPTOM)
        stop = self._first(own, Intent.OPT_OUT)
        if found and stop:
            return replace(found, value=Intent.OPT_OUT)
        return found or stop

    def _everything(self, text: str, own: list[Reading]) -> list[Reading]:
        """Also what is quoted or stands below a signature: a cry for help may be anywhere."""
        words = every_word(text)
        whole = self._plain(words, (0,) * len(words))
        if whole.words == own[0].said.words:
            return own
        mended = replace(whole, words=self._mended(whole.words))
        return [*own, self._reading(whole), self._reading(mended)]

    def _plain(self, words: tuple[str, ...], clauses: tuple[int, ...]) -> Said:
        """Without emoji, which may stand between any two words."""
        pairs = [
            (word, clause) for word, clause in zip(words, clauses, strict=True) if word[0].isalnum() or word[0] == "-"
        ]
        kept, kept_clauses = join_spelled_out([word for word, _ in pairs], [clause for _, clause in pairs])
        settled = tuple(self._settled(kept))
        return Said(words=settled, clauses=kept_clauses, signed_at=len(settled), asks=False)

    def _first(self, readings: list[Reading], intent: Intent) -> Understood | None:
        for reading in readings:
            for number in self._candidates(reading, 0, self.general_from):
                if self.rules[number].intent is intent and (result := self._apply(number, reading)):
                    return result
        return None

    # --- applying one rule -----------------------------------------------------------------------

    def _candidates(self, reading: Reading, start: int, end: int) -> Iterable[int]:
        """Rules with at least one phrase in the text, in their order."""
        numbers = (owner // _PER_RULE for owner in reading.spans if owner >= 0 and owner % _PER_RULE == 0)
        return sorted(number for number in numbers if start <= number < end)

    def _apply(self, number: int, reading: Reading) -> Understood | None:
        rule = self.rules[number]
        spans = not_undone(reading.of(number * _PER_RULE), reading.of(number * _PER_RULE + 1))
        used = self._matched(rule, number, spans, reading) if spans else ()
        return self._result(rule, number, used, reading) if used else None

    def _matched(self, rule: Rule, number: int, spans: list[Found], reading: Reading) -> tuple[Found, ...]:
        said = reading.said
        if (said.quoted is None) is (rule.match is Match.REACTION):
            return ()
        if said.asks and not rule.even_if_asking and rule.match is not Match.ANYWHERE:
            return ()
        length = len(said.words)
        match rule.match:
            case Match.ANYWHERE:
                return (spans[0],)
            case Match.ALONE:
                return tuple(span for span in spans if span.end - span.start == length)
            case Match.WHOLE:
                return tile(by_start(spans), by_start(reading.of(_POLITE)), 0, length)
            case Match.OPENING:
                return tile(by_start(spans), by_start(reading.of(_POLITE)), 0, clause_end(said, 0))
            case Match.SENTENCE:
                return tile_a_clause(by_start(spans), by_start(reading.of(_POLITE)), said)
            case Match.STATED:
                return first_undoubted(spans, said, self.doubt)
            case Match.REACTION:
                return (spans[0],) if self._quotes(rule, number, said) else ()

    def _quotes(self, rule: Rule, number: int, said: Said) -> bool:
        if not rule.quoting:
            return True
        owner = number * _PER_RULE + 2
        return any(found.owner == owner for found in self.finder.find(said.quoted or ()))

    def _result(self, rule: Rule, number: int, used: tuple[Found, ...], reading: Reading) -> Understood | None:
        value = ""
        if rule.intent in (Intent.SCORE, Intent.RUNNING_LATE):
            value = self._number(reading.said.words[used[0].start : used[0].end])
        if rule.intent is Intent.SCORE and not self._is_one_score(value, used, reading.said):
            return None
        staff = rule.needs_staff
        if staff is None:
            staff = rule.intent not in _WITHOUT_STAFF
        if not staff and rule.match in (Match.ANYWHERE, Match.SENTENCE, Match.OPENING, Match.STATED):
            staff = not self._says_nothing_else(number, reading)
        urgency = rule.urgency or _URGENCY.get(rule.intent, Urgency.NONE)
        return Understood(intent=rule.intent, rule=rule.name, needs_staff=staff, urgency=urgency, value=value)

    def _says_nothing_else(self, number: int, reading: Reading) -> bool:
        intent = self.rules[number].intent
        alike = [n for n, rule in enumerate(self.rules) if rule.intent is intent]
        spans = [span for n in alike for span in reading.of(n * _PER_RULE)]
        return bool(tile(by_start(spans), by_start(reading.of(_POLITE)), 0, len(reading.said.words)))

    # --- numbers ---------------------------------------------------------------------------------

    def _number(self, words: Iterable[str]) -> str:
        for word in words:
            word = word.removesuffix(OUT_OF_TEN[1:])
            if word.isdigit():
                return str(int(word))
            if word in self.numbers:
                return str(self.numbers[word])
        return ""

    def _is_one_score(self, value: str, used: tuple[Found, ...], said: Said) -> bool:
        if not value or int(value) > 10 or len(used) != 1:
            return False
        rest = said.words[: used[0].start] + said.words[used[0].end :]
        return not any(word in self.numbers or word.strip("-")[:1].isdigit() for word in rest)

    # --- words -----------------------------------------------------------------------------------

    def _reading(self, said: Said) -> Reading:
        spans: dict[int, list[Found]] = {}
        for found in self.finder.find(said.words):
            spans.setdefault(found.owner, []).append(found)
        return Reading(said, spans)

    def _settled(self, words: Iterable[str]) -> Iterable[str]:
        return map(self.speller.without_repeats, words)

    def _for_rules(self, said: Said) -> Said:
        """Without a signature and without emoji that no rule speaks of; clauses end at "but" too."""
        words = tuple(self._settled(said.words))
        end = said.signed_at if not any(map(self._is_word, words[said.signed_at :])) else len(words)
        kept: list[str] = []
        clauses: list[int] = []
        breaks = 0
        for word, clause in zip(words[:end], said.clauses[:end], strict=True):
            if word[0].isalnum() or word[0] == "-" or self._is_word(word):
                breaks += word in self.breaks
                kept.append(word)
                clauses.append(clause + breaks)
        return replace(said, words=tuple(kept), clauses=tuple(clauses), signed_at=len(kept))

    def _mended(self, words: Iterable[str]) -> tuple[str, ...]:
        return tuple(word if self.finder.knows(word) else self.speller.mend(word) for word in words)

    def _is_word(self, word: str) -> bool:
        return word in self.known or word in self.doubt or self.finder.knows(word)


def _overlap(one: Found, other: Found) -> bool:
    return other.start < one.end and one.start < other.end
