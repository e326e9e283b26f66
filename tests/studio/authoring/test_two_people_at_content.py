"""Two people at one entry of the content: both changes stay where they can, and nobody's is lost unasked."""

from __future__ import annotations

from typing import Any

from studio.authoring.applying import Work
from studio.authoring.commands import COMMANDS, Base
from studio.authoring.content import section
from studio.authoring.project_files import ProjectFiles
from studio.authoring.reconciling import reconcile
from studio.authoring.shapes import Conflict
from studio.authoring.states import EarlierTexts
from studio.authoring.undo import taking_back
from tests.studio.authoring.assistants import edit, project, texts

DOMAIN = """\
slots:
  amount:
    type: float
    initial_value: 1.0
responses:
  # how we greet
  utter_hello:
    - text: Hello.
    - text: Hi.
  utter_bye:
    - text: Bye.
entities:
  - payee:
      roles: [from]
intents:
  - pay
"""
NLU = """\
nlu:
  - intent: pay
    examples: |
      - pay somebody
      - send money
"""
FLOWS = """\
flows:
  a:
    description: &d text
    steps:
      - action: x
  b:
    description: *d
    steps:
      - action: y
"""
HELLO = [{"text": "Hello."}, {"text": "Hi."}]


def bank() -> ProjectFiles:
    return project(domain=DOMAIN, data__nlu=NLU)


def put(name: str, value: Any, seen: Any, where: str = "responses") -> dict[str, Any]:
    return {"op": "put", "section": where, "name": name, "value": value, "seen": {"value": seen}}


def examples(*sentences: str, seen: list[str]) -> dict[str, Any]:
    return {"op": "put_examples", "intent": "pay", "examples": list(sentences), "seen": seen}


def done(files: ProjectFiles, *commands: dict[str, Any], base: Base | None = None) -> Work | Conflict:
    return reconcile(files, COMMANDS.validate_python(list(commands)), base or Base(), EarlierTexts())


def merged(files: ProjectFiles, *commands: dict[str, Any]) -> ProjectFiles:
    made = done(files, *commands)
    assert isinstance(made, Work)
    return made.files


def clash(files: ProjectFiles, *commands: dict[str, Any]) -> Conflict:
    made = done(files, *commands)
    assert isinstance(made, Conflict)
    return made


def value_of(files: ProjectFiles, where: str, name: str) -> Any:
    return {row["name"]: row for row in section(files, where, {})}[name]


def test_two_variations_of_one_response() -> None:
    after = edit(bank(), put("utter_hello", [{"text": "Good day."}, HELLO[1]], HELLO)).files
    after = merged(after, put("utter_hello", [HELLO[0], {"text": "Hey."}], HELLO))
    assert value_of(after, "responses", "utter_hello")["value"] == [{"text": "Good day."}, {"text": "Hey."}]
    assert "# how we greet" in texts(after)["domain.yml"]


def test_the_same_text_is_asked_about_and_nothing_is_written() -> None:
    after = edit(bank(), put("utter_hello", [{"text": "Good day."}, HELLO[1]], HELLO)).files
    told = clash(after, put("utter_hello", [{"text": "Welcome."}, {"text": "Hey."}], HELLO))
    assert (told.file, told.entry, told.theirs) == ("domain.yml", "utter_hello", texts(after)["domain.yml"])
    assert told.base == DOMAIN
    assert "Welcome." in told.mine
    assert "Hey." in told.mine
    assert "Good day." in told.merged
    assert "Hey." in told.merged
    assert "Welcome." not in told.merged
    places = [told.merged.split("\n")[one.start_line - 1 : one.end_line] for one in told.conflicts]
    assert places == [["    - text: Good day."]]
    # Theirs is kept; undoing that puts the own words in their place, and doing it again takes them out.
    own = edit(after, *told.back)
    assert texts(own.files)["domain.yml"] == told.mine
    assert texts(edit(own.files, *taking_back(after, own.files, ["domain.yml"])).files) == texts(after)


def test_the_same_change_of_both_is_no_question() -> None:
    command = put("utter_bye", [{"text": "See you."}], [{"text": "Bye."}])
    after = edit(bank(), command).files
    assert texts(merged(after, command)) == texts(after)


def test_one_deletes_what_the_other_has_changed() -> None:
    after = edit(bank(), put("utter_bye", [{"text": "See you."}], [{"text": "Bye."}])).files
    delete = {"op": "put", "section": "responses", "name": "utter_bye", "seen": {"value": [{"text": "Bye."}]}}
    told = clash(after, delete)
    assert "utter_bye" not in told.mine
    assert told.merged == told.theirs == texts(after)["domain.yml"]
    assert "utter_bye" not in texts(merged(bank(), delete))["domain.yml"]


def test_one_changes_what_the_other_has_deleted() -> None:
    after = edit(bank(), {"op": "put", "section": "responses", "name": "utter_bye"}).files
    told = clash(after, put("utter_bye", [{"text": "See you."}], [{"text": "Bye."}]))
    assert "utter_bye" not in told.merged
    assert "See you." in told.mine
    # One that did not see it change says so too: then it is gone, and stays gone.
    assert (
        "utter_bye" not in texts(merged(after, put("utter_bye", [{"text": "Bye."}], [{"text": "Bye."}])))["domain.yml"]
    )


def test_two_make_a_response_of_one_name() -> None:
    make = {**put("utter_new", [{"text": "Mine."}], None), "seen": {"is_there": False}}
    after = merged(bank(), {**make, "value": [{"text": "Theirs."}]})
    told = clash(after, make)
    assert "Mine." in told.mine
    assert "Theirs." in told.merged


def test_a_rename_takes_along_what_the_other_wrote() -> None:
    after = edit(bank(), put("utter_bye", [{"text": "See you."}], [{"text": "Bye."}])).files
    rename = {"op": "rename", "section": "responses", "name": "utter_bye", "to": "utter_goodbye"}
    made = done(after, {**rename, "seen": {"value": [{"text": "Bye."}]}})
    assert isinstance(made, Work)
    assert value_of(made.files, "responses", "utter_goodbye")["value"] == [{"text": "See you."}]
    assert "utter_bye" in made.notes[0]
    assert edit(bank(), {**rename, "seen": {"value": [{"text": "Bye."}]}}).notes == []


def test_different_sentences_of_one_intent_stay_both() -> None:
    seen = ["pay somebody", "send money"]
    after = edit(bank(), examples(*seen, "give Anna ten", seen=seen)).files
    before, after = after, merged(after, examples(*seen, "wire Ben five", seen=seen))
    assert value_of(after, "intents", "pay")["examples"] == [*seen, "give Anna ten", "wire Ben five"]
    # Undoing takes back one's own sentence alone.
    undone = edit(after, *taking_back(before, after, ["data/nlu.yml"])).files
    assert texts(undone) == texts(before)


def test_one_sentence_changed_by_both_is_asked_about() -> None:
    seen = ["pay somebody", "send money"]
    after = edit(bank(), examples("pay him", "send money", seen=seen)).files
    told = clash(after, examples("pay her", "send money", "wire five", seen=seen))
    assert (told.file, told.entry) == ("data/nlu.yml", "pay")
    assert "pay her" in told.mine
    assert "wire five" in told.mine
    assert "pay him" in told.merged
    assert "wire five" in told.merged


def test_an_undo_beside_which_others_have_written_asks_nothing() -> None:
    seen = ["pay somebody", "send money"]
    before = bank()
    mine = edit(before, examples(*seen, "mine", seen=seen)).files
    both = edit(mine, examples(*seen, "mine", "theirs", seen=[*seen, "mine"])).files
    earlier = EarlierTexts()
    etag = earlier.keep(texts(mine)["data/nlu.yml"])
    undo = taking_back(before, mine, ["data/nlu.yml"])
    made = reconcile(both, COMMANDS.validate_python(undo), Base(files={"data/nlu.yml": etag}), earlier)
    assert isinstance(made, Work)
    assert value_of(made.files, "intents", "pay")["examples"] == [*seen, "theirs"]


def test_words_of_a_lookup_table_and_roles_of_an_entity() -> None:
    words = {"op": "put_examples", "kind": "lookup", "intent": "payee"}
    after = merged(bank(), {**words, "examples": ["Anna"], "seen": []})
    after = merged(after, {**words, "examples": ["Ben"], "seen": []})
    assert value_of(after, "entities", "payee")["lookup"] == ["Anna", "Ben"]
    seen = {"roles": ["from"]}
    after = edit(after, put("payee", {"roles": ["from", "to"]}, seen, "entities")).files
    after = merged(after, put("payee", {"roles": ["from"], "groups": ["x"]}, seen, "entities"))
    assert value_of(after, "entities", "payee")["value"] == {"roles": ["from", "to"], "groups": ["x"]}
    assert clash(after, put("payee", None, seen, "entities")).entry == "payee"


def test_what_a_gesture_does_elsewhere_waits_with_the_question() -> None:
    seen = ["pay somebody", "send money"]
    after = edit(bank(), examples("pay him", "send money", seen=seen)).files
    gesture = [
        {"op": "put", "section": "intents", "name": "pay", "seen": {"value": None}},
        examples(seen=seen),
    ]
    told = clash(after, *gesture)
    assert told.file == "data/nlu.yml"
    assert told.rest == [gesture[0]]
    settled = edit(after, {"op": "write_file", "path": told.file, "text": told.mine}, *told.rest).files
    assert "pay" not in texts(settled)["data/nlu.yml"]
    assert texts(settled)["domain.yml"].endswith("intents: []\n")


def test_without_what_was_seen_an_entry_is_written_over() -> None:
    after = edit(bank(), put("utter_bye", [{"text": "See you."}], [{"text": "Bye."}])).files
    command = {"op": "put", "section": "responses", "name": "utter_bye", "value": [{"text": "Farewell."}]}
    assert value_of(merged(after, command), "responses", "utter_bye")["value"] == [{"text": "Farewell."}]


def test_a_number_that_a_browser_writes_otherwise_is_no_change() -> None:
    command = put(
        "amount", {"type": "float", "initial_value": 1, "max_value": 9}, {"type": "float", "initial_value": 1}
    )
    after = merged(bank(), {**command, "section": "slots"})
    assert "max_value: 9\n" in texts(after)["domain.yml"]


def test_an_intent_with_sentences_in_two_files_keeps_each_where_it_stands() -> None:
    files = project(domain=DOMAIN, data__nlu=NLU, data__more="nlu:\n- intent: pay\n  examples: |\n    - pay the rent\n")
    seen = value_of(files, "intents", "pay")["examples"]
    assert sorted(seen) == ["pay somebody", "pay the rent", "send money"]
    after = merged(files, examples(*seen, "new", seen=seen))
    assert sorted(value_of(after, "intents", "pay")["examples"]) == sorted([*seen, "new"])
    left = [one for one in seen if one != "send money"]
    after = merged(after, examples(*left, seen=[*seen, "new"]))
    assert sorted(value_of(after, "intents", "pay")["examples"]) == sorted(left)
    assert texts(after)["data/more.yml"] == texts(files)["data/more.yml"]


def test_a_file_that_two_make_is_asked_about() -> None:
    write = {"op": "write_file", "path": "docs/prices.md", "text": "Mine.\n"}
    files = ProjectFiles.of({"docs/prices.md": "Theirs.\n"})
    told = done(files, write, base=Base(files={"docs/prices.md": ""}))
    assert isinstance(told, Conflict)
    assert (told.theirs, told.mine) == ("Theirs.\n", "Mine.\n")
    assert isinstance(done(ProjectFiles.of({}), write, base=Base(files={"docs/prices.md": ""})), Work)


def test_what_comes_after_a_merge_is_made_on_ones_own_text() -> None:
    earlier, path = EarlierTexts(), "voice.yml"
    base, theirs = (
        "turns:\n  a: 1\nlimits:\n  b: 1\nsilence:\n  c: 1\n",
        "turns:\n  a: 2\nlimits:\n  b: 1\nsilence:\n  c: 1\n",
    )
    mine, later = base.replace("b: 1", "b: 2"), base.replace("b: 1", "b: 2").replace("c: 1", "c: 2")
    files, seen = ProjectFiles.of({path: theirs}), earlier.keep(base)

    def write(now: ProjectFiles, text: str, etag: str) -> Work:
        command = COMMANDS.validate_python([{"op": "write_file", "path": path, "text": text}])
        made = reconcile(now, command, Base(files={path: etag}), earlier)
        assert isinstance(made, Work)
        return made

    first = write(files, mine, seen)
    second = write(first.files, later, first.own.files[path])
    assert texts(second.files)[path] == later.replace("a: 1", "a: 2")


def test_a_number_keeps_its_point_when_something_beside_it_changes() -> None:
    seen = {"type": "float", "initial_value": 1}
    after = merged(bank(), {**put("amount", {**seen, "max_value": 9}, seen), "section": "slots"})
    assert "    initial_value: 1.0\n    max_value: 9\n" in texts(after)["domain.yml"]


def test_an_intent_is_deleted_by_one_and_given_a_sentence_by_the_other() -> None:
    seen = ["pay somebody", "send money"]
    delete = [{"op": "put", "section": "intents", "name": "pay", "seen": {"value": None}}, examples(seen=seen)]
    more = examples(*seen, "more", seen=seen)
    told = clash(merged(bank(), *delete), more)
    assert "more" not in told.merged
    assert "      - send money\n      - more\n" in told.mine
    told = clash(merged(bank(), more), *delete)
    assert "more" in told.merged
    assert "more" not in told.mine


def test_a_name_written_with_escapes_or_as_an_alias_is_found() -> None:
    for written, above in (('"caf\\u00e9"', ""), ("*name", "shown: &name café\n")):
        nlu = f"{above}nlu:\n  - intent: {written}\n    examples: |\n      - coffee\n"
        command = {**examples("tea", seen=["coffee"]), "intent": "café"}
        after = texts(merged(project(data__nlu=nlu), command))["data/nlu.yml"]
        assert after == nlu.replace("coffee", "tea")


def test_a_flow_that_is_renamed_while_another_changes_it() -> None:
    files = project(data__flows=FLOWS)
    earlier = EarlierTexts()
    base = Base(flows={"b": earlier.keep(files.flow_text("b"))})
    after = edit(files, {"op": "set_field", "flow": "b", "path": ["description"], "value": "theirs"}).files
    made = reconcile(after, COMMANDS.validate_python([{"op": "rename_flow", "flow": "b", "id": "c"}]), base, earlier)
    assert isinstance(made, Work)
    assert texts(made.files)["data/flows.yml"] == FLOWS.replace(
        "b:\n    description: *d", "c:\n    description: theirs"
    )


def test_what_a_page_saw_of_a_flow_may_have_an_alias() -> None:
    files = project(data__flows=FLOWS)
    earlier = EarlierTexts()
    base = Base(flows={"b": earlier.keep(files.flow_text("b"))})
    named = COMMANDS.validate_python([{"op": "set_field", "flow": "b", "path": ["name"], "value": "Bee"}])
    after = edit(files, {"op": "set_field", "flow": "b", "path": ["description"], "value": "theirs"}).files
    made = reconcile(after, named, base, earlier)
    assert isinstance(made, Work)
    assert "    description: theirs\n    name: Bee\n" in texts(made.files)["data/flows.yml"]
    without = edit(after, {"op": "set_field", "flow": "a", "path": ["description"], "value": "no anchor"}).files
    assert isinstance(reconcile(without, named, base, earlier), Conflict)
