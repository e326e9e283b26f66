"""A whole folder as it comes from elsewhere: everything that may lie there, and what must not hurt."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.errors import Finding
from flows.loader import find_problems, load_assistant

FLOW = "flows:\n  {name}:\n    description: does {name}\n    steps:\n      - collect: a\n"
DOMAIN = "version: '3.1'\nslots: {a: {type: text}}\nresponses: {utter_ask_a: [{text: a}]}\n"


@pytest.fixture
def calm(folder: Path) -> Path:
    files = {
        "config.yml": (
            "recipe: default.v1\nlanguage: en\nadditional_languages: [de, x-en-formal]\nassistant_id: 20240101-bold\n"
            "pipeline:\n- name: NLUCommandAdapter\n- name: CompactLLMCommandGenerator\n  llm: {model_group: gpt}\n"
            "  flow_retrieval: {active: false}\n- name: my.module.Component\n  anything: [1, {a: b}]\n"
            "policies:\n- name: rasa.core.policies.flow_policy.FlowPolicy\n- name: EnterpriseSearchPolicy\n"
        ),
        "endpoints.yml": (
            "action_endpoint:\n  url: http://${HOST:-localhost}:5055/webhook\n  token: ${TOKEN}\n"
            "nlg: {type: rephrase, rephrase_all: false}\nmodel_groups:\n- id: gpt\n  models:\n"
            "  - {provider: openai, model: m, api_key: '${KEY}'}\n"
        ),
        "credentials.yml": "rest:\nsocketio: {user_message_evt: user_uttered}\nmy.channel.Custom: {a: 1}\n",
        "domain.yml": "# comment only\n",
        "domain/slots.yml": "version: '3.1'\nslots:\n  a: {type: text, influence_conversation: true}\n",
        "domain/more/responses.yaml": "responses:\n  utter_ask_a:\n  - text: What?\n  utter_hi: [{text: Hi}]\n",
        "domain/nlu.yml": (
            "intents: [greet, {bye: {use_entities: []}}]\nentities: [city, {person: {roles: [from, to]}}]\n"
            "forms: {a_form: {required_slots: [a]}}\n"
            "actions: [action_x, {action_y: {send_domain: true}}, validate_a_form]\n"
        ),
        "data/flows/one.yml": FLOW.format(name="one"),
        "data/deep/er/two.yaml": "version: '3.1'\n" + FLOW.format(name="two"),
        "data/nlu.yml": (
            "nlu:\n- intent: greet\n  examples: |\n    - hi [Jo](person)\n- lookup: city\n  examples: |\n    - Rome\n"
        ),
        "data/rules.yml": "rules:\n- rule: Hi\n  steps: [{intent: greet}, {action: utter_hi}]\n",
        "data/stories.yml": "stories:\n- story: Hi\n  steps: [{action: action_x}, {action: action_y}]\n",
        "data/empty.yml": "",
        "data/comment.yml": "# later\n",
        "data/flows/notes.txt": "flows: [\n",
        "data/.hidden.yml": "flows: [\n",
        "data/.ipynb_checkpoints/x.yml": "flows: [\n",
        "data/flows/._one.yml": "\x00\x01",
        "actions/__init__.py": "",
        "actions/actions.py": "class X: pass\n",
        "prompts/command.jinja2": "{{ x",
        "e2e_tests/t.yml": "test_cases: []\n",
        "docs/x.md": "# x",
        "README.md": "[",
        "models/old.tar.gz": "\x1f\x8b",
        ".rasa/cache": "",
    }  # fmt: skip
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def codes(folder: Path) -> list[str]:
    return [finding.code for finding in find_problems(folder)]


def test_a_whole_folder_loads_without_a_word(calm: Path) -> None:
    assert find_problems(calm, environment={"TOKEN": "t", "KEY": "k"}) == ()
    assistant = load_assistant(calm, environment={"TOKEN": "t", "KEY": "k"})
    assert {flow.id for flow in assistant.user_flows} == {"one", "two"}
    assert assistant.intents == ("greet", "bye")
    assert assistant.examples["greet"] == ("hi Jo",)
    assert set(assistant.domain) >= {"slots", "responses", "forms", "entities", "version"}
    assert assistant.slots["language"].values == ("en", "de", "x-en-formal")
    assert assistant.config["pipeline"][2]["anything"] == [1, {"a": "b"}]


def test_the_environment_is_filled_in(calm: Path) -> None:
    given = load_assistant(calm, environment={"TOKEN": "7", "KEY": "a:b", "HOST": ""}).endpoints
    assert given["action_endpoint"] == {"url": "http://localhost:5055/webhook", "token": "7"}
    assert given["model_groups"][0]["models"][0]["api_key"] == "a:b"
    assert load_assistant(calm).endpoints["action_endpoint"]["token"] == "${TOKEN}"


def test_a_variable_that_is_missing_stays_and_is_a_warning(calm: Path) -> None:
    found = find_problems(calm, environment={"KEY": ""})
    assert [(one.code, one.file, one.line, one.column, one.severity) for one in found] == [
        ("environment", "endpoints.yml", 3, 10, "warning")
    ]
    assert load_assistant(calm, environment={"KEY": ""}).endpoints["action_endpoint"]["token"] == "${TOKEN}"


def test_marks_of_other_systems(calm: Path) -> None:
    flow = FLOW.format(name="one").replace("\n", "\r\n")
    (calm / "data" / "flows" / "one.yml").write_bytes(b"\xef\xbb\xbf" + flow.encode())
    assert "one" in load_assistant(calm).flows


def test_the_same_slot_twice_is_an_error_and_the_same_response_a_warning(calm: Path) -> None:
    (calm / "domain" / "zz.yml").write_text(DOMAIN)
    found = {(one.code, one.severity) for one in find_problems(calm)}
    assert {("duplicate-slot", "error"), ("duplicate-response", "warning")} <= found


def test_the_first_definition_of_a_response_stands(calm: Path) -> None:
    (calm / "domain" / "zz.yml").write_text("responses: {utter_ask_a: [{text: other}]}\n")
    assert load_assistant(calm).responses["utter_ask_a"][0].text == "What?"


def test_a_domain_among_the_data_is_told(calm: Path) -> None:
    (calm / "data" / "domain.yml").write_text(DOMAIN)
    assert [one.code for one in find_problems(calm)] == ["misplaced"]


def test_links(calm: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    shared = tmp_path_factory.mktemp("shared")
    (shared / "three.yml").write_text(FLOW.format(name="three"))
    (shared / "back").symlink_to(shared)
    (calm / "data" / "shared").symlink_to(shared)
    (calm / "data" / "up").symlink_to(calm / "data")
    assert "three" in load_assistant(calm).flows
    (calm / "data" / "round.yml").symlink_to(calm / "data" / "round.yml")
    (calm / "data" / "gone.yml").symlink_to(calm / "data" / "nowhere.yml")
    assert set(codes(calm)) == {"unreadable"}


def test_unreadable_files(calm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (calm / "domain" / "bytes.yml").write_bytes(b"a: 1\nb: \xff\xfe")
    (found,) = (one for one in find_problems(calm) if one.code == "unreadable")
    assert (found.file, found.line, found.column) == ("domain/bytes.yml", 2, 4)
    (calm / "domain" / "bytes.yml").unlink()
    real = Path.read_text

    def refuse(path: Path, **options: str) -> str:
        if path.name == "nlu.yml":
            raise PermissionError(13, "Permission denied")
        return real(path, **options)

    monkeypatch.setattr(Path, "read_text", refuse)
    messages = {one.file: one.message for one in find_problems(calm) if one.code == "unreadable"}
    assert messages["data/nlu.yml"] == "it cannot be read: Permission denied"


def test_a_file_of_ten_megabytes_is_not_even_read(calm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (calm / "data" / "huge.yml").open("wb") as file:
        file.truncate(40_000_000)
    assert codes(calm) == ["file-too-large"]
    (calm / "data" / "huge.yml").write_text("# " + "x" * 10_000_000)
    assert codes(calm) == ["file-too-large"]


@pytest.mark.timeout(120)
def test_a_flow_of_twenty_thousand_lines(folder: Path) -> None:
    steps = "".join(f"      - id: s{i}\n        action: utter_ask_a\n" for i in range(10_000))
    (folder / "data").mkdir()
    (folder / "data" / "flows.yml").write_text(FLOW.format(name="one") + steps)
    (folder / "domain.yml").write_text(DOMAIN)
    assert len(load_assistant(folder).flows["one"].steps) == 10_001


def test_findings_of_one_kind_are_not_told_without_end(folder: Path) -> None:
    steps = "".join(f"      - action: utter_none_{i}\n" for i in range(5_000))
    (folder / "data").mkdir()
    (folder / "data" / "flows.yml").write_text(FLOW.format(name="one") + steps)
    (folder / "domain.yml").write_text(DOMAIN)
    found = find_problems(folder)
    assert len(found) == 501
    assert "and 4500 more" in found[-1].message


def test_folders_that_are_no_assistant(folder: Path) -> None:
    (folder / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    (folder / "data").write_text("a file where a folder should be")
    found: tuple[Finding, ...] = find_problems(folder)
    assert {one.code for one in found} == {"no-flows", "no-domain"}


@pytest.mark.parametrize("text", ["- a\n- b\n", "just text", "flows: 7", "flows: [a]", "{}", "flows:\n"])
def test_data_of_other_shapes(folder: Path, text: str) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "x.yml").write_text(text)
    assert set(codes(folder)) & {"no-flows", "flows"}


def test_names_in_every_script(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "потоки.yml").write_text(
        "flows:\n  one:\n    name: 振込 🙂\n    description: إرسال المال\n    steps:\n      - collect: сумма\n"
        "        next:\n          - if: slots.сумма = 'много'\n            then: END\n          - else: END\n",
        encoding="utf-8",
    )
    (folder / "domain.yml").write_text(
        "slots: {сумма: {type: text}}\nresponses: {utter_ask_сумма: [{text: どのくらい？}]}\n", encoding="utf-8"
    )
    assert find_problems(folder) == ()
    assert load_assistant(folder).flows["one"].name == "振込 🙂"
