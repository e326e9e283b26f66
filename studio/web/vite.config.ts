import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig, loadEnv } from "vite";

export default defineConfig(({ mode }) => {
  // The server that `npm run dev` passes calls on to: `vivavoce serve`, or the fake of tests/support.
  const server = loadEnv(mode, ".", "VIVAVOCE_").VIVAVOCE_URL ?? "http://127.0.0.1:8080";
  return {
    plugins: [react(), tailwindcss()],
    build: {
      target: "es2023",
      // The first ones with light-dark() in style sheets.
      cssTarget: ["chrome123", "firefox120", "safari17.5"],
      // Nothing is inlined as a data: address, so that a strict content security policy holds.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
    },
    server: {
      proxy: Object.fromEntries(["/api", "/rtc", "/readyz"].map((path) => [path, server])),
    },
  };
});
