import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import "./app.css";
import { CallStore } from "./call/callStore";

const query = new URLSearchParams(window.location.search);
const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
// `?audio=raw` takes the microphone unprocessed: for measurements and for recordings as microphone.
const store = new CallStore(query.get("audio") === "raw");
createRoot(root).render(
  <StrictMode>
    <App store={store} />
  </StrictMode>,
);
