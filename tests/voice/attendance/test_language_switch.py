"""Which language the call is in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voice.attendance.language_switch import (
    FinalHeard,
    LanguageChosen,
    LanguagePolicy,
    LanguageState,
    RefuseLanguage,
    SwitchLanguage,
    TurnTaken,
    is_settled,
    spoken_language,
    step,
)

POLICY = LanguagePolicy(("en", "de"))
GERMAN = "Ich möchte bitte mein Konto sehen"


def run(*finals: FinalHeard, policy: LanguagePolicy = POLICY) -> list[object]:
    state, effects = LanguageState(), list[object]()
    for final in finals:
        state, more = step(state, final, policy)
        effects += more
    return effects


def heard(text: str, language: str | None, log_probability: float = -0.1) -> FinalHeard:
    return FinalHeard(text, language, log_probability)


def test_one_sure_sentence_switches() -> None:
    assert run(heard(GERMAN, "de")) == [SwitchLanguage("de")]


def test_two_short_ones_in_a_row_switch_and_one_does_not() -> None:
    assert run(heard("Guten Tag", "de")) == []
    assert run(heard("Guten Tag", "de"), heard("Hallo", "de")) == [SwitchLanguage("de")]
    assert run(heard("Guten Tag", "de"), heard("hello", "en"), heard("Hallo", "de")) == []


def test_an_unsure_sentence_counts_as_a_short_one() -> None:
    assert run(heard(GERMAN, "de", -0.9)) == []
    assert run(heard(GERMAN, "de", -0.9), heard(GERMAN, "de", -0.9)) == [SwitchLanguage("de")]


def test_and_back_again() -> None:
    effects = run(heard(GERMAN, "de"), heard("Now it is English again", "en"))
    assert effects == [SwitchLanguage("de"), SwitchLanguage("en")]


def test_a_language_that_is_not_spoken_is_refused_once() -> None:
    french = heard("Je voudrais voir mon compte", "fr")
    assert run(french, french, french) == [RefuseLanguage("fr")]
    assert run(french, heard(GERMAN, "de"), french) == [RefuseLanguage("fr"), SwitchLanguage("de")]


def test_unknown_languages_and_empty_texts_change_nothing() -> None:
    assert run(heard(GERMAN, None), heard(GERMAN, None), heard("", "de"), heard("", "de")) == []


def test_regions_are_served_by_the_same_language() -> None:
    assert spoken_language("de-AT", ("en", "de")) == "de"
    assert spoken_language("de", ("en-GB", "de-CH")) == "de-CH"
    assert spoken_language("de_AT", ("de", "de-AT")) == "de"
    assert spoken_language("pt-br", ("pt", "pt-BR")) == "pt-BR"
    assert spoken_language("fr", ("en", "de")) is None
    assert run(heard("I want to go home now", "en-US"), heard("I want to go home now", "en-US")) == []


finals = st.builds(
    FinalHeard,
    st.sampled_from(["no", "ja bitte", GERMAN, ""]),
    st.sampled_from([None, "en", "de", "fr", "xx-YY"]),
    st.floats(-2, 0),
    st.booleans(),
)


@given(st.lists(finals, max_size=40))
def test_only_spoken_languages_are_switched_to_and_only_others_refused_once(given_finals: list[FinalHeard]) -> None:
    state, current, refused = LanguageState(), "en", []
    for final in given_finals:
        state, effects = step(state, final, POLICY)
        for effect in effects:
            match effect:
                case SwitchLanguage(language):
                    assert language in POLICY.languages
                    assert language != current
                    current = language
                case RefuseLanguage(language):
                    assert language.partition("-")[0] not in {"en", "de"}
                    refused.append(language)
    assert len(refused) == len(set(refused))
    assert state.current in ("", current)


def test_transcripts_of_one_turn_count_once() -> None:
    first, second = FinalHeard("Guten Tag", "de", -0.1, turn=7), FinalHeard("Guten Tag zusammen", "de", -0.1, turn=7)
    assert run(first, second) == []
    assert run(first, second, FinalHeard("Hallo", "de", -0.1, turn=8)) == [SwitchLanguage("de")]


def test_an_answer_that_turns_out_to_be_certain_does_not_count() -> None:
    state, effects = LanguageState(), list[object]()
    for turn in range(4):
        state, more = step(state, FinalHeard("No", "de", -0.1, turn=turn), POLICY)
        effects += more
        state, more = step(state, TurnTaken(was_certain=True, was_understood=True), POLICY)
        effects += more
    assert effects == []


def test_whoever_asks_for_a_language_gets_it_and_one_not_spoken_is_refused() -> None:
    assert run(heard("Can we speak German?", "en")) == [SwitchLanguage("de", was_asked=True)]
    asked = heard("Do you speak French?", "en")
    assert run(asked, asked) == [RefuseLanguage("fr", was_asked=True)] * 2
    assert run(heard("Can we speak English?", "en")) == [], "it is what they speak"
    assert run(heard("Can we speak German?", "en"), policy=LanguagePolicy(("en",))) == [], "a flow may know an answer"


def test_a_flow_may_choose_the_language() -> None:
    state, effects = step(LanguageState(), LanguageChosen("de-AT"), POLICY)
    assert effects == (SwitchLanguage("de"),)
    assert step(state, LanguageChosen("de"), POLICY)[1] == ()
    assert step(state, LanguageChosen("fr"), POLICY)[1] == ()


def test_other_languages_are_looked_for_at_first_and_where_nothing_is_understood() -> None:
    state = LanguageState()
    settled = []
    for was_understood in (True, True, True, False, False, True):
        settled.append(is_settled(state, POLICY))
        state, _ = step(state, TurnTaken(was_certain=False, was_understood=was_understood), POLICY)
    settled.append(is_settled(state, POLICY))
    assert settled == [False, False, False, True, True, False, True]
    suspected, _ = step(state, heard("Guten Tag", "de"), POLICY)
    assert not is_settled(suspected, POLICY)
    assert is_settled(LanguageState(), LanguagePolicy(("en",)))
