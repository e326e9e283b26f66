/** A condition as rows that a form can show, and back. Free of React. */

import type { ConditionLeaf, ConditionTree, Json } from "../api/types";

export const OPERATORS = ["is set", "is not set", "is true", "is not true", "is", "is not", ">", ">=", "<", "<=", "contains", "matches"] as const;
export type Operator = (typeof OPERATORS)[number];

/** Operators that need no value beside them. */
export const WITHOUT_VALUE: ReadonlySet<Operator> = new Set(["is set", "is not set", "is true", "is not true"]);

export interface Row {
  readonly about: "slot" | "context";
  readonly name: string;
  readonly operator: Operator;
  readonly value: Json;
}

/** The server's operators that the form calls otherwise. */
const SAME: Readonly<Record<string, Operator>> = { "=": "is", "!=": "is not", holds: "is true" };

/** What a leaf says; null where the form has no row for it. */
export function rowOf(leaf: ConditionLeaf): Row | null {
  const about = leaf.slot === undefined ? "context" : "slot";
  const name = leaf.slot ?? leaf.context;
  if (name === undefined) return null;
  const said = leaf.operator.toLowerCase();
  const operator = SAME[said] ?? OPERATORS.find((each) => each === said);
  if (operator === undefined) return null;
  const value = leaf.value ?? null;
  // Another slot, a set or a special word on the right side is edited as text.
  if (value !== null && typeof value === "object") return null;
  if (operator === "is" && value === null) return { about, name, operator: "is not set", value };
  if (operator === "is not" && value === null) return { about, name, operator: "is set", value };
  return { about, name, operator, value };
}

export function leafOf(row: Row): ConditionTree {
  const name = row.about === "slot" ? { slot: row.name } : { context: row.name };
  switch (row.operator) {
    case "is set":
      return { ...name, operator: "!=", value: null };
    case "is not set":
      return { ...name, operator: "=", value: null };
    case "is true":
      return { ...name, operator: "holds" };
    case "is not true":
      return { not: { ...name, operator: "holds" } };
    case "is":
      return { ...name, operator: "=", value: row.value };
    case "is not":
      return { ...name, operator: "!=", value: row.value };
    default:
      return { ...name, operator: row.operator, value: row.value };
  }
}

/** What stands where a condition should, as text: YAML reads `if: false` as no text. */
export function conditionOf(value: Json | undefined): string {
  return value === undefined || value === null || typeof value === "object" ? "" : String(value);
}

export function isLeaf(tree: ConditionTree): tree is ConditionLeaf {
  return "operator" in tree;
}

/** `not` of a row that says whether something holds is a row of its own. */
export function simplified(tree: ConditionTree): ConditionTree | Row | null {
  if (isLeaf(tree)) return rowOf(tree);
  if ("not" in tree && isLeaf(tree.not)) {
    const row = rowOf(tree.not);
    if (row?.operator === "is true") return { ...row, operator: "is not true" };
    if (row?.operator === "is set") return { ...row, operator: "is not set" };
    if (row?.operator === "is not set") return { ...row, operator: "is set" };
  }
  return tree;
}

/** Whether every part of a tree can be shown as a row. */
export function canShow(tree: ConditionTree): boolean {
  if (isLeaf(tree)) return rowOf(tree) !== null;
  if ("not" in tree) return canShow(tree.not);
  return ("all" in tree ? tree.all : tree.any).every(canShow);
}

/** Operators that make sense for a type of slot. */
export function operatorsFor(type: string | undefined): readonly Operator[] {
  switch (type) {
    case "bool":
      return ["is true", "is not true", "is set", "is not set"];
    case "float":
      return ["is", "is not", ">", ">=", "<", "<=", "is set", "is not set"];
    case "categorical":
    case "strict_categorical":
      return ["is", "is not", "is set", "is not set"];
    case "text":
      return ["is", "is not", "contains", "matches", "is set", "is not set"];
    default:
      return OPERATORS;
  }
}
