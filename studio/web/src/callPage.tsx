/** Starts the call page. */

import { StrictMode } from "react";
import type { Root } from "react-dom/client";
import { App } from "./App";
import { CallStore } from "./call/callStore";

export function mount(root: Root): void {
  const query = new URLSearchParams(window.location.search);
  // `?audio=raw` takes the microphone unprocessed: for measurements and for recordings as microphone.
  const store = new CallStore(query.get("audio") === "raw");
  root.render(
    <StrictMode>
      <App store={store} />
    </StrictMode>,
  );
}
