import { createRoot } from "react-dom/client";
import "./app.css";

const element = document.getElementById("root");
if (element === null) throw new Error("index.html has no #root");
const root = createRoot(element);

// Two pages in one document: callers do not load the studio, and designers do not load the call.
if (/^\/studio(\/|$)/.test(window.location.pathname)) {
  void import("./studio/main").then(({ mount }) => mount(root));
} else {
  void import("./callPage").then(({ mount }) => mount(root));
}
