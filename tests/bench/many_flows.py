"""An assistant of any number of flows, for benchmarks: each with three questions, a branch, an action and a text."""

from __future__ import annotations

from pathlib import Path

_FLOW = """\
  task_{n}:
    name: task {n}
    description: Does task {n} for a customer, from an item and an amount.
    steps:
      - collect: item_{n}
        description: What task {n} is about.
      - collect: amount_{n}
        rejections:
          - if: slots.amount_{n} <= 0
            utter: utter_too_little
        next:
          - if: slots.amount_{n} > 1000
            then:
              - action: utter_large
                next: confirm
          - else: confirm
      - id: confirm
        collect: confirm_{n}
        ask_before_filling: true
        next:
          - if: slots.confirm_{n}
            then:
              - action: action_do_{n}
              - action: utter_done_{n}
                next: END
          - else:
              - action: utter_left
                next: END
"""
_SLOTS = """\
  item_{n}: {{type: text}}
  amount_{n}: {{type: float}}
  confirm_{n}: {{type: bool}}
"""
_RESPONSES = """\
  utter_ask_item_{n}: [{{text: "What is task {n} about?"}}]
  utter_ask_amount_{n}: [{{text: "How much?"}}]
  utter_ask_confirm_{n}: [{{text: "Shall I do it?"}}]
  utter_done_{n}: [{{text: "Task {n} is done."}}]
"""
_SHARED = """\
  utter_too_little: [{text: "That is too little."}]
  utter_large: [{text: "That is a lot."}]
  utter_left: [{text: "I left it."}]
"""


def write_assistant(folder: Path, n_flows: int) -> Path:
    """Write the files of an assistant into an empty folder and return the folder."""
    numbers = range(n_flows)
    (folder / "data").mkdir()
    (folder / "data" / "flows.yml").write_text("flows:\n" + "".join(_FLOW.format(n=n) for n in numbers))
    (folder / "domain.yml").write_text(
        'version: "3.1"\nslots:\n'
        + "".join(_SLOTS.format(n=n) for n in numbers)
        + "responses:\n"
        + _SHARED
        + "".join(_RESPONSES.format(n=n) for n in numbers)
        + "actions:\n"
        + "".join(f"  - action_do_{n}\n" for n in numbers)
    )
    return folder
