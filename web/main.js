// The page: looks for WebGPU, and starts the program, or says what is missing and
// shows a run that was recorded.
const NOTE = "sgnas-lost"; // when this tab lost its graphics device (src/web/lost.rs)
const PATIENCE = 15_000; // ms

// Right after a crash of the browser's graphics process there is no adapter for a moment.
const adapter = async () => {
  let end = 0;
  try {
    end = Number(sessionStorage.getItem(NOTE)) + PATIENCE;
  } catch {
    // A browser that keeps no notes was never opened anew.
  }
  for (;;) {
    const found = await navigator.gpu.requestAdapter().catch(() => null);
    if (found || Date.now() > end) return found;
    await new Promise((done) => setTimeout(done, 300));
  }
};

const why = async () => {
  if (!window.isSecureContext) return "the page does not come over https or from localhost";
  if (!navigator.gpu) return "it has no navigator.gpu";
  return (await adapter()) ? null : "it has WebGPU, but finds no graphics adapter that it trusts";
};

const missing = await why();
if (missing) {
  document.getElementById("why").textContent = missing;
  document.getElementById("without").hidden = false;
  document.getElementById("loading").remove();
  await import("./recorded.js");
} else {
  const { default: init } = await import("./sgnas-web.js");
  await init();
}
