"""Fail-over between language models in one turn's time, on a virtual clock; and what is said of it in the log."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dialogue.events import user_said
from dialogue.serialization import event_from_json, event_to_json
from dialogue.turn import Understood, UserTurn
from dialogue.understanding import cascade as cascade_module
from dialogue.understanding.cascade import Cascade
from dialogue.understanding.configuration.settings import Retrieval, RouterSettings
from dialogue.understanding.generator import CommandGenerator, Trust
from dialogue.understanding.index import Ranked
from dialogue.understanding.providers import Provider, Providers, naming_for, only_model
from dialogue.understanding.router import Routed
from dialogue.understanding.situation import Situation
from dialogue.understanding.templates import TemplateGenerator
from flows.commands import CannotHandle, Failed, StartFlow
from flows.model import Assistant
from flows.state import initial_state
from models.errors import ModelBusy, ModelUnavailable
from models.model_groups import GroupRouting, Member
from tests.dialogue.understanding.model_scripts import ScriptedModel
from tests.support.virtual_clock import run_virtually

At = Callable[..., Situation]
GOOD = "start flow block_card\n"
SAID = "purple elephants"


def provider(bank: Assistant, label: str, model: ScriptedModel, trust: Trust = "full") -> Provider:
    naming = naming_for(bank, trust)
    return Provider(label, CommandGenerator(bank, model, trust, naming=naming), naming)


def understand(bank: Assistant, at: At, providers: Providers, budget_s: float = 1.0) -> tuple[Understood, float]:
    """Understand one turn on a virtual clock; return also how long it took there."""

    async def talk() -> tuple[Understood, float]:
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        cascade = Cascade(bank, providers=providers, model_budget_s=budget_s)
        understood = await cascade.understand(UserTurn(SAID, history=("USER: hi", "AI: hello")), initial_state(bank))
        return understood, loop.time() - began_s

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cascade_module, "read_situation", lambda *_: at(None))
        return run_virtually(talk)


FAILURES: dict[str, tuple[ScriptedModel, str, float]] = {
    "too slow": (ScriptedModel(GOOD, delay_s=60), "timeout", 0.6),
    "dead": (ScriptedModel(error=ModelUnavailable("a", "gone")), "unavailable", 0.0),
    "too slow by its own word": (ScriptedModel(error=ModelUnavailable("a", "took longer than 1 s")), "timeout", 0.0),
    "busy": (ScriptedModel(error=ModelBusy("a", "full", 9.0)), "busy", 0.0),
    "unreadable": (ScriptedModel("I would be glad to help you with that!"), "malformed", 0.0),
    "silent": (ScriptedModel(""), "malformed", 0.0),
    "broken": (ScriptedModel(error=RuntimeError("surprise")), "error", 0.0),
}


@pytest.mark.parametrize("name", FAILURES)
def test_the_next_model_answers_where_one_fails_and_the_reason_is_logged(bank: Assistant, at: At, name: str) -> None:
    failing, reason, took_s = FAILURES[name]
    good = ScriptedModel(GOOD)
    understood, took = understand(
        bank, at, Providers([provider(bank, "openai/a", failing), provider(bank, "vllm/b", good)])
    )
    assert (understood.stage, understood.commands) == ("llm", (StartFlow("block_card"),))
    assert understood.fallbacks == (f"openai/a: {reason}",)
    assert took == pytest.approx(took_s, abs=0.01)
    event = user_said(understood)
    assert event.fallbacks == understood.fallbacks
    assert event_from_json(event_to_json(event)) == event


@pytest.mark.parametrize("name", FAILURES)
def test_where_every_model_fails_the_turn_ends_in_time(bank: Assistant, at: At, name: str) -> None:
    failing, reason, _ = FAILURES[name]
    models = [provider(bank, label, failing) for label in ("a", "b", "c")]
    understood, took = understand(bank, at, Providers(models))
    assert understood.stage == "none"
    assert understood.fallbacks == tuple(f"{label}: {reason}" for label in ("a", "b", "c"))
    assert understood.commands == ((CannotHandle(),) if reason in ("timeout", "malformed") else (Failed(),))
    assert took < 1.01


def test_a_model_that_knows_no_command_for_a_turn_is_heard(bank: Assistant, at: At) -> None:
    other = ScriptedModel(GOOD)
    models = [provider(bank, "a", ScriptedModel("cannot handle\n")), provider(bank, "b", other)]
    understood, _ = understand(bank, at, Providers(models))
    assert (understood.commands, understood.fallbacks, other.tails) == ((CannotHandle(),), (), [])


def test_the_embedded_model_is_the_last_resort(bank: Assistant, at: At) -> None:
    dead, embedded = ScriptedModel(error=ModelUnavailable("a", "gone")), ScriptedModel(GOOD)
    group = [provider(bank, "a", dead)]
    understood, _ = understand(bank, at, Providers(group, last=provider(bank, "embedded", embedded)))
    assert (understood.commands, understood.fallbacks) == ((StartFlow("block_card"),), ("a: unavailable",))


def test_an_event_without_fallbacks_is_written_as_before(bank: Assistant) -> None:
    assert "fallbacks" not in event_to_json(user_said(Understood(UserTurn("hi"), (), "none")))


def test_a_model_that_cools_down_costs_the_next_turns_nothing(bank: Assistant, at: At) -> None:
    slow, good = ScriptedModel(GOOD, delay_s=60), ScriptedModel(GOOD)
    routing = GroupRouting([Member("a"), Member("b")], RouterSettings(allowed_fails=1), now_s=lambda: 5.0)
    providers = Providers([provider(bank, "a", slow), provider(bank, "b", good)], routing)
    assert understand(bank, at, providers)[0].fallbacks == ("a: timeout",)
    understood, took = understand(bank, at, providers)
    assert (understood.fallbacks, took) == ((), pytest.approx(0, abs=0.01))
    assert len(slow.tails) == 1


def test_where_all_cool_down_that_is_said(bank: Assistant, at: At) -> None:
    routing = GroupRouting([Member("a")], RouterSettings(allowed_fails=0), now_s=lambda: 5.0)
    providers = Providers([provider(bank, "a", ScriptedModel(error=ModelUnavailable("a", "gone")))], routing)
    understand(bank, at, providers)
    understood, _ = understand(bank, at, providers)
    assert understood.commands == (Failed(),)
    assert understood.fallbacks == ("every model: left alone",)


def test_retries_go_before_the_next_model(bank: Assistant, at: At) -> None:
    dead = ScriptedModel(error=ModelUnavailable("a", "gone"))
    providers = Providers([provider(bank, "a", dead), provider(bank, "b", ScriptedModel(GOOD))], retries=1)
    assert understand(bank, at, providers)[0].fallbacks == ("a: unavailable", "a: unavailable")


def test_a_dropped_turn_says_nothing_about_the_model(bank: Assistant, at: At) -> None:
    slow = ScriptedModel(GOOD, delay_s=60)
    routing = GroupRouting([Member("a")], RouterSettings(allowed_fails=0), now_s=lambda: 5.0)
    providers = Providers([provider(bank, "a", slow)], routing)

    async def talk() -> None:
        asking = asyncio.create_task(providers.ask(SAID, at(None), None, 100.0))
        await asyncio.sleep(1)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

    run_virtually(talk)
    assert slow.cancelled == 1
    assert routing.order() == (0,)


def test_retrieval_limits_what_may_be_started_and_keeps_what_is_always_wanted(bank: Assistant, at: At) -> None:
    flows = at(None).startable
    wanted = replace(flows[-1], always_include_in_prompt=True)
    situation = replace(at(None), startable=(*flows[:-1], wanted))
    ranked = tuple(Ranked(flow, 1.0 - place / 10) for place, flow in enumerate(situation.startable))
    for retrieval, n_flows in (
        (Retrieval(True, 1), 2),
        (Retrieval(False, 1), len(flows)),
        (Retrieval(True, 99), len(flows)),
    ):
        model = ScriptedModel(GOOD)
        providers = Providers([provider(bank, "a", model)], retrieval=retrieval)
        run_virtually(lambda p=providers: p.ask(SAID, situation, Routed(None, 0.1, ranked), 1.0))  # type: ignore[misc]
        grammar = model.grammars[0] or ""
        assert sum(f'"{flow.id}"' in grammar or flow.id in grammar for flow in situation.startable) == n_flows


async def test_reading_ahead_is_for_the_model_that_is_asked_first(bank: Assistant, at: At) -> None:
    first, second = ScriptedModel(), ScriptedModel()
    providers = Providers([provider(bank, "a", first), provider(bank, "b", second)])
    assert providers.is_asked_often
    await providers.anticipate(at(None))
    assert (len(first.warmed), len(second.warmed)) == (1, 0)
    assert not only_model(bank, ScriptedModel(), "agreement").is_asked_often


TEMPLATE = """{% for flow in available_flows %}{{ flow.name }}: {{ flow.description | to_json_escaped_string }}
{% for slot in flow.slots %}  {{ slot.name }} {{ slot.allowed_values }}
{% endfor %}{% endfor %}[{{ current_flow }}|{{ current_slot }}|{{ current_slot_type }}]
{{ current_conversation }}
USER: {{ user_message }} at {{ current_datetime }}{% if is_repeat_command_enabled %} repeat{% endif %}
"""


def test_a_prompt_of_the_assistants_own_has_its_variables(bank: Assistant, at: At) -> None:
    model = ScriptedModel("StartFlow(block_card)")
    generator = TemplateGenerator(bank, model, TEMPLATE, "single-step", now=lambda: "noon")
    understood, _ = understand(bank, at, Providers([Provider("a", generator)]))
    assert understood.commands == (StartFlow("block_card"),)
    (prompt,) = model.tails
    assert model.prefixes == [""]
    assert model.grammars == [None]
    assert understood.prompt == prompt
    assert 'block_card: "' in prompt
    assert "[None|None|None]\nUSER: hi\nAI: hello\nUSER: purple elephants at noon repeat" in prompt
    asked = generator.prompt("x", at("transfer_confirmed"))
    assert "[transfer_money|transfer_confirmed|bool]" in asked
    here = replace(at(None), now=datetime(2026, 11, 23, 9, 5, tzinfo=UTC))
    assert "at Monday, 23 November 2026, 09:05 UTC" in generator.prompt("x", here), "the caller's time"


@pytest.mark.parametrize(
    "template", ["{{ nothing.of.this }}", "{% for a in range(99999) %}x{% endfor %}", "{{ 1 / 0 }}"]
)
def test_a_prompt_that_cannot_be_rendered_is_a_model_that_fails(bank: Assistant, at: At, template: str) -> None:
    generator = TemplateGenerator(bank, ScriptedModel(GOOD), template, "compact", now=lambda: "noon")
    understood, _ = understand(
        bank, at, Providers([Provider("a", generator), provider(bank, "b", ScriptedModel(GOOD))])
    )
    assert (understood.commands, understood.fallbacks) == ((StartFlow("block_card"),), ("a: error",))
