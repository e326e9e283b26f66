"""No template runs for long, grows without end, or changes what it reads; ordinary ones are left alone."""

from __future__ import annotations

from typing import Any

import pytest
from jinja2 import TemplateError

from flows.sandbox import Sandbox, scope_of
from flows.templates import compile_template

SLOTS: dict[str, Any] = {
    "name": "Ann",
    "items": [{"to": "Joe", "amount": 5}, {"to": "Eve", "amount": 7}],
    "long": "word " * 20_000,
}
LIST_BOMB = "{% set x = ['a'] %}" + "{% set x = [x, x] %}" * 40


def rendered(text: str) -> str:
    return Sandbox().from_string(text).render(scope_of({"slots": SLOTS}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{% macro m(a, b=2) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}", "12"),
        ("{% set x %}hi {{ slots.name }}{% endset %}{{ x | upper }}", "HI ANN"),
        (
            "{% for i in slots.items %}{{ i.to }}: {{ i.amount }}{{ ', ' if not loop.last }}{% endfor %}",
            "Joe: 5, Eve: 7",
        ),
        ("{% for a, b in slots.items[0].items() %}{{ a }}={{ b }} {% endfor %}", "to=Joe amount=5 "),
        ("{{ slots.items | map(attribute='to') | join(' and ') }}", "Joe and Eve"),
        ("{{ slots.items | join(', ', attribute='to') }}", "Joe, Eve"),
        ("{{ slots.items | sum(attribute='amount') }}", "12"),
        ("{{ slots.items | selectattr('amount', 'gt', 5) | list | length }}", "1"),
        ("{{ slots.long | truncate(9) }}", "word..."),
        ("{{ slots.long | length }}", "100000"),
        ("{{ '%05.2f' % 3 }} {{ '{:,.2f}'.format(1234.5) }} {{ '%s' | format(1) }}", "03.00 1,234.50 1"),
        ("{{ 'a-b'.replace('-', ' ').title() }} {{ ', '.join(['a', 'b']) }}", "A B a, b"),
        ("{% if slots.name == 'Ann' and 'n' in slots.name and 2 * 3 > 5 %}yes{% endif %}", "yes"),
        ("{% macro m() %}<{{ caller(1) }}>{% endmacro %}{% call(x) m() %}{{ x }}{% endcall %}", "<1>"),
        ("{% for i in [[1, [2]]] recursive %}{{ loop(i) if i is iterable else i }}{% endfor %}", "12"),
        (
            "{% set n = namespace(t=0) %}{% for i in slots.items %}{% set n.t = n.t + i.amount %}{% endfor %}{{ n.t }}",
            "12",
        ),
        ("{{ slots.nothing | default('none') }}{{ slots.nothing is defined }}", "noneFalse"),
    ],
)
def test_ordinary_templates(text: str, expected: str) -> None:
    assert rendered(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
        "{% macro f(n) %}{% if n %}{{ f(n-1) }}{{ f(n-1) }}{% endif %}{% endmacro %}{{ f(40) }}",
        "{% set a = 999 ** 999 %}" + "{% set a = a * a %}" * 25,
        LIST_BOMB + "{{ x }}",
        LIST_BOMB + "{{ x | tojson }}",
        "{% set x = ['a'] %}" + "{% set x = [x] + [x] %}" * 40 + "{{ x }}",
        "{% set x = ['a'] %}" + "{% set x = [x] * 2 %}" * 40 + "{{ x }}",
        "{% set x = 'a' %}" + "{% set x = {'a': x, 'b': x} %}" * 40 + "{{ x | pprint }}",
        "{% set x = 'a' %}" + "{% set x = dict(a=x, b=x) %}" * 40 + "{{ x | string | length }}",
        "{% set x = 'a' %}{% set y = 'a' %}" + "{% set x = (x, x) %}{% set y = (y, y) %}" * 40 + "{{ x == y }}",
        "{% set n = namespace(x='a') %}" + "{% set n.x = [n.x, n.x] %}" * 40 + "{{ n.x }}",
        "{% macro f(n) %}{% if n %}{{ f(n - 1, varargs, varargs) }}{% endif %}{{ varargs }}{% endmacro %}"
        "{{ f(40, 1) }}",
        "{% set x %}aaaaaaaaaa{% endset %}" + "{% set x %}{{ x }}{{ x }}{% endset %}" * 40,
        "{% for x in range(99) recursive %}{{ loop(range(9999)) }}{% endfor %}",
        "{{ range(9999) | select('in', range(9999) | list) | list | length }}",
        "{% for i in range(9999) %}{% if slots.long == slots.long ~ '' %}{% endif %}{% endfor %}",
        "{% set a = 'a' * 9999 %}{{ a.replace('a', a) | length }}",
        "{% set a = 'a' * 9999 %}{{ a | replace('a', a) | length }}",
        "{% set a = 'a' * 9999 %}{{ ([a] * 9999) | join(a) | length }}",
        "{% set a = 'a' * 9999 %}{{ a.join([a] * 9999) | length }}",
        "{{ [1] | batch(1000000000, 'x') | list | length }}",
        "{{ [1] | slice(1000000000) | list | length }}",
        "{{ [1] | tojson(indent=1000000000) | length }}",
        "{{ ('a' * 9999) | wordwrap(1, true, 'b' * 9999) | length }}",
        "{{ [[1]] | sum(start=[]) }}",
        "{{ 'a'.encode() }}",
        "{{ (1).to_bytes(10000000000, 'big') }}",
        "{{ '%*d' % (1000000000, 1) }}",
        "{{ '%999999999d' | format(1) }}",
        "{{ '{:>1000000000}'.format(1) }}",
        "{{ '{:>{}}'.format(1, 1000000000) }}",
        "{{ ('a' * 9999).translate({97: 'b' * 9999}) }}",
        "{{ slots.update({'name': 'Eve'}) }}",
        "{{ slots.items.append(1) }}",
        "{% set _budget = 1 %}",
        "{% macro _budget() %}{% endmacro %}",
        "{{ ''.__class__.__mro__ }}",
        "{{ slots.__init__.__globals__ }}",
        "{{ (''|attr('__class__')).mro() }}",
    ],
)
def test_what_a_template_may_not_do(text: str) -> None:
    with pytest.raises(TemplateError):
        rendered(text)
    assert SLOTS["name"] == "Ann"
    assert len(SLOTS["items"]) == 2


@pytest.mark.parametrize("is_predicate", [False, True])
def test_in_flow_files_what_may_not_be_done_is_nothing(is_predicate: bool) -> None:
    def written(text: str) -> str:
        return compile_template(text, is_predicate=is_predicate).render(SLOTS, {})

    assert written("{% if slots.name %}utter_{{ slots.name | lower }}{% endif %}") == "utter_ann"
    assert written("{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}x") == ""
    assert written("{{ slots.update({'name': 'Eve'}) }}x") == ""
    assert written("{{ slots.name.x | abs }}x") == ""
    with pytest.raises(ValueError, match="random"):
        written("{{ [1, 2] | random }}")
