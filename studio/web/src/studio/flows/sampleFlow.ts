/** A small flow to begin with: it asks for a name and greets. */

import { flowStrings } from "../../strings/en/studio";
import { type Command, NOT_THERE } from "../api/types";

export function sampleFlow(taken: readonly string[]): { flow: string; commands: readonly Command[] } {
  const { sampleFlow: words } = flowStrings;
  let flow = words.id;
  for (let number = 2; taken.includes(flow); number += 1) flow = `${words.id}_${number}`;
  const commands: readonly Command[] = [
    { op: "put", section: "slots", name: words.slot, value: { type: "text", mappings: [{ type: "from_llm" }] }, seen: NOT_THERE },
    { op: "put", section: "responses", name: `utter_ask_${words.slot}`, value: [{ text: words.ask }], seen: NOT_THERE },
    { op: "put", section: "responses", name: "utter_hello_by_name", value: [{ text: words.greet }], seen: NOT_THERE },
    {
      op: "add_flow",
      id: flow,
      name: words.name,
      description: words.description,
      steps: [
        { id: "ask_name", collect: words.slot, description: words.collect },
        { id: "say_hello", action: "utter_hello_by_name" },
      ],
    },
  ];
  return { flow, commands };
}
