"""Makes turns of invented conversations out of the training domains: a situation, words, and what they mean.

domain ──▶ variant (some of its flows, one wording of each) ──▶ situation (what runs, what is asked and known)
       ──▶ one of some twenty kinds of turn ──▶ the words, as recognition writes them, with places of values
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

from dialogue.understanding.words import label
from models.training.domain_files import DomainData, FlowData, SlotData, holes, read_information
from models.training.noise import aligned
from models.training.phrases import Phrases
from models.training.turn_kinds import Turn, Variant
from models.training.values import Value, ValueMaker
from models.training.written_turns import WrittenTurns

WRITTEN = 0.5
"""Share of turns that were written by hand as a whole, where a domain has such."""
IN_PASSING = 0.2
"""Share of requests and answers that say a yes or no in passing, where a flow has such a question."""
YES_OR_NO = 0.3
"""Share of questions that ask yes or no, where a flow has such a question."""


def merged(first: DomainData, second: DomainData, rng: random.Random, most: int = 6) -> DomainData:
    """A business that does some of what another does as well: assistants have more flows than one subject."""
    slots, flows = dict(first.slots), dict(first.flows)
    taken = [name for name in second.flows if name not in flows]
    for name in rng.sample(taken, min(most, len(taken))):
        needed = second.flows[name].slots
        said = {hole for text in (*second.flows[name].say, *second.flows[name].change) for hole in holes(text)}
        if any(slot in first.slots for slot in {*needed, *said}) or _is_called(second.flows[name], name, flows):
            continue
        flows[name] = second.flows[name]
        slots |= {slot: second.slots[slot] for slot in {*needed, *said}}
    order = list(flows)
    rng.shuffle(order)
    answers = {name: texts for name, texts in {**second.answers, **first.answers}.items() if name in slots}
    both = {**second.passing, **first.passing}
    passing = {name: clauses for name, clauses in both.items() if name in slots and slots[name].type == "bool"}
    listed = {name: flows[name] for name in order}
    return first.model_copy(update={"slots": slots, "flows": listed, "answers": answers, "passing": passing})


def _is_called(flow: FlowData, name: str, flows: Mapping[str, FlowData]) -> bool:
    """Whether there is a flow of the same name already: `cancel_order` and `cancel-order` are one to a reader."""
    taken = {label(called) for other, data in flows.items() for called in (other, data.name)}
    return bool(taken & {label(name), label(flow.name)})


class TurnMaker:
    """Draws variants of domains and turns with them; the same seed draws the same."""

    def __init__(self, phrases: Phrases, rng: random.Random) -> None:
        self._lists = phrases.lists
        self._frames = phrases.answer_frames
        self._rng = rng
        self._values = ValueMaker(phrases, rng)
        self._information = read_information()
        self._written = WrittenTurns(self._values, rng)

    def informed(self, domain: DomainData) -> DomainData:
        """Give a business flows that only tell something; its own questions that those answer are left out."""
        rng = self._rng
        topics = rng.sample(self._information, rng.randint(1, 4))
        flows, about = dict(domain.flows), set[str]()
        for topic in topics:
            name = rng.choice(topic.names)
            told = FlowData(name=topic.name, descriptions=topic.descriptions, say=topic.say)
            if not _is_called(told, name, flows):
                flows[name] = told
                about |= set(topic.about)
        order = list(flows)
        rng.shuffle(order)
        questions = tuple(
            question for question in domain.questions if not any(word in question.lower() for word in about)
        )
        return domain.model_copy(update={"flows": {name: flows[name] for name in order}, "questions": questions})

    def variant(self, domain: DomainData) -> Variant:
        """Draw an assistant: four flows or more, in the wording of one author."""
        rng = self._rng
        names = list(domain.flows)
        kept = sorted(rng.sample(names, rng.randint(min(4, len(names)), len(names))), key=names.index)
        style, styled = rng.randrange(3), rng.random() < 0.6
        flows = {}
        for name in kept:
            flow = domain.flows[name]
            told = flow.descriptions[style % len(flow.descriptions)] if styled else rng.choice(flow.descriptions)
            flows[name] = (flow.name if rng.random() < 0.7 else label(name), told)
        how = rng.choices(("label", "about", "ask"), (15, 45, 40))[0]
        texts = {}
        for name, slot in domain.slots.items():
            texts[name] = (
                label(name) if how == "label" else f"{label(name)}: {slot.about if how == 'about' else slot.ask}"
            )
        return Variant(domain, flows, texts)

    def examples(self, variant: Variant, flow: str, count: int) -> list[str]:
        """Draw sentences that an author might give as examples of a flow."""
        says = variant.domain.flows[flow].say
        return [self._fill_holes(text, variant).text for text in self._rng.sample(says, min(count, len(says)))]

    def turn(self, variant: Variant) -> Turn:
        """Draw a turn with `variant`, as recognition may write it."""
        rng = self._rng
        made = self._written.draw(variant) if rng.random() < WRITTEN else None
        if made is None:
            made = self._in_flow(variant) if rng.random() < 0.62 else self._open(variant)
        return self._recognised(made)

    # -- nothing is asked -------------------------------------------------------------------------------------------

    def _open(self, variant: Variant) -> Turn:
        kind = self._rng.choices(
            ("request", "several", "ambiguous", "search", "none", "chat", "person", "repeat", "nothing", "other"),
            (48, 6, 13, 10, 7, 7, 4, 3, 3, 3),
        )[0]
        made = None if kind == "request" else self._special(kind, variant)
        return made or self._request(variant)

    def _special(self, kind: str, variant: Variant) -> Turn | None:
        """Draw a turn that is neither a plain request nor an answer; None where the domain has none of the kind."""
        rng, domain = self._rng, variant.domain
        match kind:
            case "several" | "ambiguous":
                listed = domain.several if kind == "several" else domain.ambiguous
                fitting = [one for one in listed if all(flow in variant.flows for flow in one.flows)]
                if not fitting:
                    return None
                one = rng.choice(fitting)
                filled = self._fill_holes(one.say, variant)
                acts = {"clarify"} if kind == "ambiguous" else {"start"}
                return replace(filled, acts=frozenset(acts | ({"fill"} if filled.spans else set())), flows=one.flows)
            case "search":
                return _plain(rng.choice(domain.questions), "search") if domain.questions else None
            case "none":
                return _plain(rng.choice(domain.unrelated), "none") if domain.unrelated else None
            case "other":
                # A flow that this assistant does not have: the words are near, and nothing fits.
                missing = [name for name in domain.flows if name not in variant.flows]
                return replace(self._request(variant, rng.choice(missing)), acts=frozenset({"none"}), flows=(),
                               spans={}, values={}) if missing else None  # fmt: skip
            case "nothing":
                return _plain(rng.choice((*self._lists["nothing"], *self._lists["frustrated"])), "none")
            case "chat":
                return _plain(rng.choice(self._lists["chitchat"]), "chat")
            case "hold":
                return _plain(rng.choice(self._lists["hold_on"]), "hold")
            case "injection":
                words = (*self._lists["injection"], *self._lists["profanity"], *self._lists["another_language"])
                return _plain(rng.choice(words), "none")
            case _:
                return _plain(rng.choice(self._lists[kind]), kind)

    def _request(self, variant: Variant, flow: str | None = None) -> Turn:
        rng = self._rng
        name = flow or rng.choice(list(variant.flows))
        data = variant.domain.flows[name]
        roll = rng.random()
        if roll < 0.12:
            text = rng.choice(self._lists["request"]).replace("{task}", data.name)
        elif roll < 0.16:
            text = f"{rng.choice(self._lists['openings'])} {data.name}"
        else:
            text = rng.choice(data.say)
            if rng.random() < 0.08:
                text = f"{rng.choice(self._lists['rambling'])} {text}"
        if rng.random() < 0.05:
            text = f"{text} {rng.choice(self._lists['politeness'])}"
        made = self._fill_holes(text, variant)
        acts = {"start", "fill"} if made.spans else {"start"}
        return self._in_passing(replace(made, acts=frozenset(acts), flows=(name,)), variant, variant.slots_of(name))

    # -- a flow is running ------------------------------------------------------------------------------------------

    def _in_flow(self, variant: Variant) -> Turn:
        rng = self._rng
        flow = rng.choice([name for name in variant.flows if variant.slots_of(name)] or list(variant.flows))
        slots = variant.slots_of(flow)
        if not slots:
            return self._open(variant)
        asked_yes_or_no = [at for at, name in enumerate(slots) if variant.domain.slots[name].type == "bool"]
        is_yes_or_no = bool(asked_yes_or_no) and rng.random() < YES_OR_NO
        place = rng.choice(asked_yes_or_no) if is_yes_or_no else rng.randrange(len(slots))
        before = {name: self._values.draw(variant.domain.slots[name]) for name in slots[:place]}
        known = {name: str(value.means) for name, value in before.items()}
        made = self._answering(variant, flow, slots[place], known)
        return replace(made, active=flow, asked=slots[place], filled=known)

    def _answering(self, variant: Variant, flow: str, asked: str, known: Mapping[str, str]) -> Turn:
        rng = self._rng
        kind = rng.choices(
            ("answer", "more", "change", "both", "digress", "cancel", "leave", "repeat", "person", "skip", "chat",
             "search", "hold", "nothing", "none", "injection", "maybe", "other"),
            (46, 7, 8, 3, 8, 6, 1, 2, 3, 4, 3, 5, 2, 2, 1, 1, 2, 1),
        )[0]  # fmt: skip
        slot = variant.domain.slots[asked]
        match kind:
            case "answer":
                later = [name for name in variant.slots_of(flow) if name != asked and name not in known]
                return self._in_passing(self._answer(variant, asked), variant, later)
            case "more":
                return self._answer_and_more(variant, flow, asked, known)
            case "change" | "both" if known:
                changed = self._change(variant, flow, known)
                return self._joined(self._answer(variant, asked), changed) if kind == "both" else changed
            case "digress":
                others = [name for name in variant.flows if name != flow]
                wanted = self._request(variant, rng.choice(others)) if others else self._answer(variant, asked)
                return self._framed(rng.choice(self._lists["digress"]), wanted, "{request}", 0.5)
            case "cancel":
                text = rng.choice(self._lists["cancel"]).replace("{task}", variant.domain.flows[flow].name)
                return _plain(text, "cancel")
            case "leave":
                others = [name for name in variant.flows if name != flow]
                cancel = rng.choice([one for one in self._lists["cancel"] if "{task}" not in one])
                wanted = self._request(variant, rng.choice(others)) if others else self._answer(variant, asked)
                joined = self._framed(f"{cancel}{rng.choice((', ', '. ', ' '))}{{request}}", wanted, "{request}", 1.0)
                return replace(joined, acts=joined.acts | {"cancel"})
            case "maybe" if slot.type == "bool":
                return _plain(rng.choice(self._lists["maybe"]), "none")
            case _:
                return self._special(kind if kind in _SPECIAL else "none", variant) or self._answer(variant, asked)

    def _answer(self, variant: Variant, asked: str) -> Turn:
        rng, slot = self._rng, variant.domain.slots[asked]
        value = self._values.draw(slot)
        if slot.type == "bool":
            passing = variant.domain.passing.get(asked)
            said = value.said
            if passing is not None and rng.random() < IN_PASSING:
                said = rng.choice(passing.yes if value.means else passing.no)
            return Turn(said, frozenset({"yes" if value.means else "no"}), values={asked: bool(value.means)})
        own = variant.domain.answers.get(asked, ())
        roll = rng.random()
        frame = "{v}"
        if roll < 0.28 and own:
            frame = rng.choice(own)
        elif roll < 0.6:
            frame = rng.choice(self._frames[_frames_of(slot)])
        elif roll < 0.66:
            frame = rng.choice(self._lists["uncertain_answer"])
        return self._with_value(frame, "{v}", asked, value, slot)

    def _answer_and_more(self, variant: Variant, flow: str, asked: str, known: Mapping[str, str]) -> Turn:
        """Answer, and say the value of a slot that has not been asked for yet."""
        rng = self._rng
        later = [
            name
            for name in variant.slots_of(flow)
            if name != asked and name not in known and variant.domain.slots[name].type != "bool"
        ]
        first = self._answer(variant, asked)
        if not later or "{" in first.text:
            return first
        name = rng.choice(later)
        slot = variant.domain.slots[name]
        value = self._values.draw(slot)
        if rng.random() < 0.5:
            frame = rng.choice(self._lists["add_frames"]).replace("{label}", _label(name, slot, rng))
            second = self._with_value(frame.replace("{a}", "\0"), "{v}", name, value, slot)
        else:
            second = self._with_value(f"\0{rng.choice((', ', ' and ', ' '))}{{v}}", "{v}", name, value, slot)
        return _put_in(second, "\0", first)

    def _change(self, variant: Variant, flow: str, known: Mapping[str, str]) -> Turn:
        rng = self._rng
        own = [
            text
            for text in variant.domain.flows[flow].change
            if holes(text) and all(hole in known for hole in holes(text))
        ]
        if own and rng.random() < 0.5:
            made = self._fill_holes(rng.choice(own), variant)
            return replace(made, acts=frozenset({"fill"}))
        open_to = [name for name in known if variant.domain.slots[name].type != "bool"]
        if not open_to:
            return self._answer(variant, rng.choice(list(known)))
        name = rng.choice(open_to)
        slot = variant.domain.slots[name]
        value = self._values.draw(slot)
        frame = rng.choice(self._lists["change_frames"])
        frame = frame.replace("{label}", _label(name, slot, rng)).replace("{old}", known[name])
        if "{v}" not in frame:
            frame += " {v}"
        return self._with_value(frame, "{v}", name, value, slot)

    def _joined(self, first: Turn, second: Turn) -> Turn:
        return _put_in(_shift(second, "\0" + self._rng.choice((", ", " and ", ". oh and "))), "\0", first)

    def _framed(self, frame: str, wanted: Turn, hole: str, chance: float) -> Turn:
        if self._rng.random() >= chance or frame.count(hole) != 1:
            return wanted
        before, _, after = frame.partition(hole)
        shifted = _shift(wanted, before)
        return replace(shifted, text=shifted.text + after)

    def _in_passing(self, turn: Turn, variant: Variant, slots: Sequence[str]) -> Turn:
        """Say a yes or no beside what a turn says, to a question among `slots` that was not asked yet."""
        rng, passing = self._rng, variant.domain.passing
        listed = [name for name in slots if name in passing and name not in turn.values]
        if not listed or rng.random() >= IN_PASSING or not turn.text.strip():
            return turn
        name, value = rng.choice(listed), rng.random() < 0.5
        clause = rng.choice(passing[name].yes if value else passing[name].no)
        joint = rng.choice((" ", ", ")) if clause.startswith(("and ", "with ", "without ", "no ")) else ""
        joint = joint or rng.choice((", ", " and ", ". ", " "))
        acts = turn.acts | {"fill"}
        return replace(turn, text=turn.text + joint + clause, acts=acts, values={**turn.values, name: value})

    # -- words ------------------------------------------------------------------------------------------------------

    def _fill_holes(self, text: str, variant: Variant) -> Turn:
        made, spans, values = "", {}, {}
        rest = text
        for hole in holes(text):
            before, _, rest = rest.partition("{" + hole + "}")
            slot = variant.domain.slots[hole]
            value = self._values.draw(slot)
            made += before
            if slot.type != "bool":
                spans[hole] = (len(made), len(made) + len(value.said))
                if slot.type in ("categorical", "float"):
                    values[hole] = value.means
            made += value.said
        return Turn(made + rest, frozenset(), spans=spans, values=values)

    def _with_value(self, frame: str, hole: str, name: str, value: Value, slot: SlotData) -> Turn:
        frame = frame if hole in frame else hole
        before, _, after = frame.partition(hole)
        after = after.replace(hole, value.said)
        spans = {name: (len(before), len(before) + len(value.said))}
        values = {name: value.means} if slot.type in ("categorical", "float") else {}
        return Turn(before + value.said + after, frozenset({"fill"}), spans=spans, values=values)

    def _recognised(self, turn: Turn) -> Turn:
        """Write a turn as recognition does, or as it is typed."""
        rng = self._rng
        level = rng.choice((0.0, 0.0, 0.0, 0.15, 0.3, 0.5, 0.8))
        if not turn.text.strip():
            return turn
        text, spans = aligned(turn.text, turn.spans, rng, level)
        lost = {name for name in turn.spans if name not in spans}
        values = {name: value for name, value in turn.values.items() if name not in lost}
        acts = turn.acts
        if "fill" in acts and turn.spans and not spans:
            # The value was destroyed: what is left is nothing that could be used.
            acts = acts - {"fill"} or frozenset({"none"})
        return replace(turn, text=text, spans=spans, values=values, acts=acts)


_SPECIAL = frozenset(
    {"cancel", "repeat", "person", "skip", "chat", "search", "hold", "nothing", "none", "injection", "other"}
)


def _plain(text: str, act: str) -> Turn:
    return Turn(text, frozenset({act}))


def _frames_of(slot: SlotData) -> str:
    if slot.type == "categorical":
        return "category"
    if slot.type == "float":
        return "money" if set(slot.units) & {"dollars", "bucks", "pounds", "euros", "quid"} else "number"
    return slot.kind or "free"


def _label(name: str, slot: SlotData, rng: random.Random) -> str:
    return label(name) if rng.random() < 0.5 or len(slot.about) > 40 else slot.about


def _shift(turn: Turn, before: str) -> Turn:
    by = len(before)
    return replace(turn, text=before + turn.text, spans={n: (a + by, b + by) for n, (a, b) in turn.spans.items()})


def _put_in(outer: Turn, mark: str, inner: Turn) -> Turn:
    """Put the words of `inner` where `outer` has `mark`, and join what they mean."""
    at = outer.text.index(mark)
    by = len(inner.text) - len(mark)
    spans = {n: (a + by, b + by) if a > at else (a, b) for n, (a, b) in outer.spans.items()}
    spans |= {n: (a + at, b + at) for n, (a, b) in inner.spans.items()}
    text = outer.text[:at] + inner.text + outer.text[at + len(mark) :]
    return replace(
        outer, text=text, spans=spans, acts=outer.acts | inner.acts, flows=(*inner.flows, *outer.flows),
        values={**inner.values, **outer.values},
    )  # fmt: skip
