"""`finetune prepare` on a small bank, with recorded commands as the truth."""

import json
import random
from pathlib import Path

import pytest

from dialogue.ports import Completion
from dialogue.testing.case import Suite
from dialogue.testing.commands_file import read_commands
from dialogue.testing.runner import Bench
from dialogue.testing.suite import load_suite
from dialogue.turn import Understood, UserTurn
from dialogue.understanding.naming import short_names
from dialogue.understanding.wording import read_commands as read_written
from flows.commands import CancelFlow, SetSlot, StartFlow
from models.errors import ModelUnavailable
from models.finetuning.errors import DataUnusable
from models.finetuning.examples import read_data, read_examples
from models.finetuning.model_rephrasing import ModelRephraser, means_the_same
from models.finetuning.preparation import PrepareOptions, prepare
from models.finetuning.recording import Prompts, record_case
from models.finetuning.rephrasing import rephrases
from models.finetuning.values import find_values
from models.training.phrases import read_phrases
from tests.support.small_bank import small_bank

CASES = """
test_cases:
  - test_case: sends money
    steps:
      - user: send fifty dollars to Joe
      - slot_was_set: {amount: 50}
      - user: yes
  - test_case: question by question
    steps:
      - user: I want to send money
      - user: Joe
      - slot_was_set: {recipient: Joe}
      - user: 12.50
      - user: /SetSlots(confirmed=False)
  - test_case: gives up
    steps:
      - user: I want to send money
      - user: forget it
  - test_case: gives up too
    steps:
      - user: I would like to send some money please
      - user: never mind
  - test_case: asks for the balance
    steps:
      - user: what is my balance
  - test_case: fails
    steps:
      - user: block my card
      - utter: utter_nothing_of_the_kind
"""
COMMANDS = """
sends money:
  - ["start flow transfer_money", "set slot amount 50", "set slot recipient Joe"]
  - ["set slot confirmed true"]
question by question:
  - ["start flow transfer_money"]
  - ["set slot recipient Joe"]
  - ["set slot amount 12.5"]
  - []
gives up:
  - ["start flow transfer_money"]
  - ["cancel flow"]
gives up too:
  - ["start flow transfer_money"]
  - ["cancel flow"]
asks for the balance:
  - ["start flow check_balance"]
fails:
  - ["start flow block_card"]
"""


@pytest.fixture
def bank(tmp_path):
    return small_bank(tmp_path / "bank")


@pytest.fixture
def suite(tmp_path) -> Suite:
    (tmp_path / "e2e_tests").mkdir()
    (tmp_path / "e2e_tests" / "all.yml").write_text(CASES)
    return load_suite([str(tmp_path / "e2e_tests")], tmp_path)


@pytest.fixture
def recorded(tmp_path):
    (tmp_path / "commands.yml").write_text(COMMANDS)
    return read_commands(tmp_path / "commands.yml")


def bench(assistant) -> Bench:
    return Bench(assistant, stubs="only")


async def turns_of(bank, suite, recorded, name):
    case = next(case for case in suite.cases if case.name == name)
    return (await record_case(case, bench(bank), Prompts(bank, short_names(bank)), recorded)).turns


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def rows_of(folder: Path) -> list[dict]:
    lines = (folder / "3_llm_finetune_data" / "llm_ft_data.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


async def test_the_folder_has_every_step(bank, suite, recorded, tmp_path):
    made = await prepare(suite, bench(bank), tmp_path / "out", PrepareOptions(rephrases=3), recorded=recorded)

    assert set(contents(tmp_path / "out")) == {
        "1_command_annotations/e2e_tests__all.yaml",
        "2_rephrasings/e2e_tests__all.yaml",
        "3_llm_finetune_data/llm_ft_data.jsonl",
        "4_train_test_split/e2e_tests/test.yml",
        "4_train_test_split/e2e_tests/train.yml",
        "4_train_test_split/ft_splits/test.jsonl",
        "4_train_test_split/ft_splits/train.jsonl",
        "params.yaml",
        "result_summary.yaml",
    }
    assert (made.cases, made.passed) == (6, 5)
    assert made.skipped == {"no-words": 1, "payload": 1}
    train, test = read_data(tmp_path / "out")
    assert (len(train), len(test)) == (made.train, made.test)
    again = load_suite([str(tmp_path / "out" / "4_train_test_split" / "e2e_tests")], tmp_path)
    assert {case.name for case in again.cases} == {case.name for case in suite.cases} - {"fails"}


async def test_it_is_the_same_for_a_seed_and_another_for_another(bank, suite, recorded, tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        await prepare(suite, bench(bank), tmp_path / name, PrepareOptions(seed=seed), recorded=recorded)

    a, b, c = (contents(tmp_path / name) for name in "abc")
    assert a == b
    assert a["3_llm_finetune_data/llm_ft_data.jsonl"] != c["3_llm_finetune_data/llm_ft_data.jsonl"]


async def test_examples_are_prompts_of_our_generator_and_read_back(bank, suite, recorded, tmp_path):
    await prepare(suite, bench(bank), tmp_path / "out", PrepareOptions(rephrases=0), recorded=recorded)
    rows = rows_of(tmp_path / "out")
    told = {row["rephrased_user_utterance"]: row for row in rows}

    row = told["send fifty dollars to Joe"]
    assert row["prompt"].endswith("Caller: send fifty dollars to Joe\n")
    assert read_written(row["completion"], short_names(bank)) == (
        StartFlow("transfer_money"),
        SetSlot("amount", "50"),
        SetSlot("recipient", "Joe"),
    )
    asked = told["12.50"]["prompt"].rpartition("\n\n")[2]
    assert "recipient = Joe" in asked
    assert "Asked" in asked
    assert "yes" not in told


async def test_no_conversation_is_on_both_sides_and_every_command_is_learnt(bank, suite, recorded, tmp_path):
    for seed in range(8):
        out = tmp_path / str(seed)
        made = await prepare(suite, bench(bank), out, PrepareOptions(seed=seed, train_share=0.6), recorded=recorded)
        rows = rows_of(out)
        cases_of: dict[str, set[str]] = {}
        for row in rows:
            cases_of.setdefault(row["prompt"], set()).add(row["original_test_name"])
        train, test = read_data(out)
        told = [[cases_of[one.prompt] for one in side] for side in (train, test)]
        cases = [{case for found in side if len(found) == 1 for case in found} for side in told]
        known = {one.prompt for one in train}

        assert test
        assert not {one.prompt for one in test} & known
        assert not cases[0] & cases[1]
        learnt = {kind for one in train for kind in map(type, read_written(one.completion, short_names(bank)))}
        assert learnt == {StartFlow, SetSlot, CancelFlow}
        assert made.kinds.keys() == {"StartFlow", "SetSlot", "CancelFlow"}


async def test_rephrases_keep_flows_slots_and_numbers_and_say_their_values(bank, suite, recorded):
    turn = (await turns_of(bank, suite, recorded, "sends money"))[0]
    made = rephrases(turn, 40, read_phrases(), random.Random(3))

    assert len(made) == 40
    assert len({one.text for one in made}) == 40
    for one in made:
        start, amount, recipient = one.commands
        assert (start, amount) == (StartFlow("transfer_money"), SetSlot("amount", turn.commands[1].value))
        assert isinstance(recipient, SetSlot)
        assert str(recipient.value).lower() in one.text.lower()


async def test_a_bare_value_gets_frames_and_a_closed_command_other_words(bank, suite, recorded):
    name, cancel = (await turns_of(bank, suite, recorded, "question by question"))[1], None
    cancel = (await turns_of(bank, suite, recorded, "gives up"))[1]

    names = {one.text.lower() for one in rephrases(name, 30, read_phrases(), random.Random(1))}
    cancels = {one.text.lower() for one in rephrases(cancel, 30, read_phrases(), random.Random(1))}

    assert any("name" in text for text in names)
    assert sum("forget it" not in text for text in cancels) > 5


async def test_a_later_prompt_shows_what_the_rephrased_turn_said(bank, suite, recorded, tmp_path):
    await prepare(suite, bench(bank), tmp_path / "out", PrepareOptions(rephrases=30), recorded=recorded)
    rows = rows_of(tmp_path / "out")
    by_conversation: dict[int, dict[int, dict[str, str]]] = {}
    for row in rows:
        if row["original_test_name"].endswith("question by question"):
            by_conversation.setdefault(row["conversation"], {})[row["step"]] = row
    changed = 0
    for steps in by_conversation.values():
        if 1 in steps and 2 in steps:
            (said,) = read_written(steps[1]["completion"], short_names(bank))
            assert f"recipient = {said.value}\n" in steps[2]["prompt"]
            changed += said.value != "Joe"
    assert changed


def test_values_are_found_where_they_are_said(bank):
    text = "send Joe fifty dollars"
    found = find_values(text, (SetSlot("amount", 50), SetSlot("recipient", "joe")), bank)

    assert found is not None
    assert {name: text[a:b] for name, (a, b) in found.items()} == {"amount": "fifty dollars", "recipient": "Joe"}
    assert find_values(text, (SetSlot("recipient", "Jane"),), bank) is None
    assert find_values("Joe", (SetSlot("recipient", "Joe"), SetSlot("amount", "Joe")), bank) is None


class Parrot:
    """A language model that writes what it was given."""

    def __init__(self, text):
        self.text = text

    async def complete(self, prefix, tail, *, grammar=None, max_tokens=64, stop=(), on_text=None):
        if self.text is None:
            raise ModelUnavailable("parrot", "it is asleep")
        return Completion(self.text, 10, 0, 10, 1.0)

    async def warm(self, prefix, tail=""):
        pass


class Script:
    """Understanding by a list of texts."""

    def __init__(self, meanings):
        self.meanings = meanings

    async def understand(self, turn: UserTurn, state) -> Understood:
        return Understood(turn, self.meanings.get(turn.text, ()), "llm")


async def test_a_models_rephrases_count_only_where_they_mean_the_same(bank, suite, recorded, tmp_path):
    turn = (await turns_of(bank, suite, recorded, "sends money"))[0]
    same = (StartFlow("transfer_money"), SetSlot("amount", 60), SetSlot("recipient", "Joe"))
    meanings = {
        "send Joe sixty dollars": same,
        "wire Joe something": same,
        "block my card": (StartFlow("block_card"),),
    }
    written = " send Joe sixty dollars\n2. wire Joe something\n3. block my card\n4. send fifty dollars to joe\n5.\n"
    made = await ModelRephraser(Parrot(written), Script(meanings), bank).rephrases(turn, 8)
    asleep = await ModelRephraser(Parrot(None), Script({}), bank).rephrases(turn, 8)

    assert [(one.text, one.commands) for one in made.passed] == [("send Joe sixty dollars", same)]
    assert made.failed == ("wire Joe something", "block my card")
    assert asleep.passed == asleep.failed == ()


def test_the_order_of_commands_and_said_values_may_differ(bank):
    wanted = (SetSlot("amount", 50), SetSlot("recipient", "Joe"))

    assert means_the_same(wanted, (SetSlot("recipient", "Ann"), SetSlot("amount", 50)), "50 to Ann", bank)
    assert not means_the_same(wanted, (SetSlot("recipient", "Ann"), SetSlot("amount", 50)), "50 to Joe", bank)
    assert not means_the_same(wanted, (SetSlot("recipient", "Joe"),), "Joe", bank)


async def test_what_teaches_nothing_is_told(bank, suite, recorded, tmp_path):
    failing = Suite(tuple(case for case in suite.cases if case.name == "fails"))
    with pytest.raises(DataUnusable, match=r"none of 1 tests passed.*::fails: expected"):
        await prepare(failing, bench(bank), tmp_path / "out", PrepareOptions(), recorded=recorded)
    with pytest.raises(DataUnusable, match="there is no test"):
        await prepare(Suite(()), bench(bank), tmp_path / "out", PrepareOptions(), recorded=recorded)


async def test_a_folder_of_something_else_is_left_alone(bank, suite, recorded, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")

    with pytest.raises(DataUnusable, match="other files"):
        await prepare(suite, bench(bank), tmp_path / "mine", PrepareOptions(), recorded=recorded)


async def test_both_formats_are_read_alike(bank, suite, recorded, tmp_path):
    for kind in ("instruction", "conversational"):
        await prepare(suite, bench(bank), tmp_path / kind, PrepareOptions(kind=kind), recorded=recorded)

    assert read_data(tmp_path / "instruction") == read_data(tmp_path / "conversational")


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"prompt": "a"}', '{"prompt": "", "completion": "b"}', '{"messages": [{"role": "user"}]}', "7"]
)
def test_a_line_that_is_no_example_is_told_with_its_place(line, tmp_path):
    (tmp_path / "data.jsonl").write_text('{"prompt": "a", "completion": "b"}\n' + line + "\n")

    with pytest.raises(DataUnusable, match=r"data\.jsonl:2"):
        read_examples(tmp_path / "data.jsonl")
