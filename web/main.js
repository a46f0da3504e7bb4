// The page: looks for WebGPU, and starts the program, or says what is missing and
// shows a run that was recorded.
const why = async () => {
  if (!window.isSecureContext) return "the page does not come over https or from localhost";
  if (!navigator.gpu) return "it has no navigator.gpu";
  const adapter = await navigator.gpu.requestAdapter().catch(() => null);
  return adapter ? null : "it has WebGPU, but finds no graphics adapter that it trusts";
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
