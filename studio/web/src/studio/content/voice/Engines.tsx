/** Which models this server speaks, hears and understands with: chosen by its settings, shown here. */

import { useQuery } from "@tanstack/react-query";
import { voiceStrings as words } from "../../../strings/en/content";
import { request } from "../../api/http";
import type { Json } from "../../api/types";
import { isMap, textOf } from "../entries";

export function Engines() {
  const { data } = useQuery({ queryKey: ["models"], queryFn: () => request<Json>("GET", "/api/models") });
  const models = (Array.isArray(data) ? data : []).filter(isMap);
  return (
    <section className="flex flex-col gap-2 rounded-lg border bg-surface p-4">
      <h2 className="text-sm font-semibold">{words.engines}</h2>
      <p className="text-xs text-soft">{models.length === 0 ? words.noEngines : words.enginesHint}</p>
      <ul className="flex flex-col gap-1">
        {models.map((model, index) => (
          <li key={index} className="flex flex-wrap gap-x-3 text-sm">
            <span className="font-medium">{textOf(model.name) || textOf(model.id)}</span>
            <span className="text-soft">{[model.task, model.kind, model.engine, model.version, model.license].map(textOf).filter((part) => part !== "").join(" · ")}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
