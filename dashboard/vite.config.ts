import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

/** The gateway that the development server passes requests to. */
const gateway = process.env["TOLLGATE_URL"] ?? "http://127.0.0.1:8787";

const proxy = {
  // The gateway lets in only its own Host and Origin.
  "^/(api|healthz|readyz|openapi.json|docs)": { target: gateway, changeOrigin: true, headers: { origin: gateway } },
};

export default defineConfig({
  plugins: [svelte()],
  build: {
    target: "es2023",
    assetsDir: "assets",
    // Nothing as data: in the page; the gateway's policy allows only its own files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 400,
  },
  server: { host: "127.0.0.1", port: 5173, strictPort: true, proxy },
  preview: { host: "127.0.0.1", port: 4173, strictPort: true, proxy },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
