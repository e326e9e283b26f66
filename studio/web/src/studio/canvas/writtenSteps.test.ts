import { describe, expect, it } from "vitest";
import { END, type Flow, type Json, type Step } from "../api/types";
import { stepsAsYaml } from "./stepsYaml";

const TEXT = `  # Ordering.
  order:
    description: Order.
    steps:
      # which
      # of all
      - id: which   # by title
        collect: title
        # ways on
        next: many

      # how many
      - collect: copies
        description: |
          How many of them.

          At most three.
        next:
          # none left
          - if: slots.copies > 3
            then:
              # too many
              - action: utter_too_many
                next: END
          - else: END
      # never
      - id: many
        action: action_count  # of the shop
        # odd: a comment behind the keys
      - {id: flowing, action: utter_done}
`;

function step(key: string, id: string | null, fields: Record<string, Json>, path: (string | number)[], line: number, end: number): Step {
  return { key, id, type: "action", fields, path, line: line + 10, end_line: end + 10, depth: 0 };
}

const COPIES = "~steps.1";
const NESTED = "~steps.1.next.0.then.0";
const FLOW: Flow = {
  id: "order", file: "data/flows.yml", line: 10, end_line: 40, name: "order", description: "Order.", is_pattern: false, is_default: false,
  is_customised: false, properties: {}, positions: {}, etag: "", text: TEXT,
  steps: [
    step("which", "which", { collect: "title" }, ["steps", 0], 6, 9),
    step(COPIES, null, { collect: "copies", description: "How many of them.\n\nAt most three.\n" }, ["steps", 1], 12, 24),
    step(NESTED, null, { action: "utter_too_many" }, ["steps", 1, "next", 0, "then", 0], 22, 23),
    step("many", "many", { action: "action_count" }, ["steps", 2], 26, 27),
    step("flowing", "flowing", { action: "utter_done" }, ["steps", 3], 29, 29),
  ],
  edges: [
    { from: "which", to: "many", kind: "next", index: 0, condition: null, is_implicit: false, to_id: null },
    { from: COPIES, to: NESTED, kind: "if", index: 0, condition: "slots.copies > 3", is_implicit: false, to_id: null },
    { from: COPIES, to: END, kind: "else", index: 1, condition: null, is_implicit: false, to_id: null },
    { from: NESTED, to: END, kind: "next", index: 0, condition: null, is_implicit: false, to_id: null },
    { from: "many", to: "flowing", kind: "next", index: 0, condition: null, is_implicit: true, to_id: null },
    { from: "flowing", to: END, kind: "next", index: 0, condition: null, is_implicit: true, to_id: null },
  ],
};

describe("steps that are copied", () => {
  it("keep their comments", () => {
    expect(stepsAsYaml(FLOW, ["many"])).toBe(`# never
- id: many
  action: action_count  # of the shop
  # odd: a comment behind the keys
`);
  });

  it("follow each other where nothing stands between them any more", () => {
    expect(stepsAsYaml({ ...FLOW, steps: FLOW.steps.filter(({ key }) => key !== COPIES && key !== NESTED) }, ["which", "flowing", "many"])).toBe(`# which
# of all
- id: which   # by title
  collect: title
# never
- id: many
  action: action_count  # of the shop
  # odd: a comment behind the keys
- id: flowing
  action: utter_done
`);
  });

  it("have the steps that are nested in them written behind them", () => {
    expect(stepsAsYaml(FLOW, [COPIES, NESTED])).toBe(`# how many
- collect: copies
  description: |
    How many of them.

    At most three.
  next:
    - if: "slots.copies > 3"
      then: step_1
    - else: "END"
# too many
- id: step_1
  action: utter_too_many
  next: END
`);
  });

  it("are written from what they are where the text is older", () => {
    const [, , , many] = FLOW.steps;
    const newer = { ...FLOW, steps: FLOW.steps.map((each) => (each === many ? { ...each, fields: { action: "action_measure" } } : each)) };
    expect(stepsAsYaml(newer, ["many"])).toBe("- id: many\n  action: action_measure\n");
    const renamed = { ...FLOW, steps: FLOW.steps.map((each) => (each === many ? { ...each, id: "all", key: "all" } : each)) };
    expect(stepsAsYaml(renamed, ["all"])).toBe("- id: all\n  action: action_count\n");
  });
});
