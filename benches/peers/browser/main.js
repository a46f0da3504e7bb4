// Times our reference training step and TensorFlow.js's in turn, in one page, and tells the server that
// it came from (browser_steps.py). Its address says how many images, rounds and steps.
import init, { ReferenceSteps } from "/site/sgnas-web.js";
import { open } from "./tensorflow.js";

const asked = new URLSearchParams(location.search);
const count = (name) => Number(asked.get(name));

const tell = (line) => {
  const text = JSON.stringify(line);
  document.getElementById("told").append(`${text}\n`);
  return fetch("/told", { method: "POST", body: text });
};

// Milliseconds of each step, until its loss has been read.
const timed = async (program, steps) => {
  const times = [];
  for (let step = 0; step < steps; step++) {
    const start = performance.now();
    const loss = await program.step();
    times.push(performance.now() - start);
    if (!Number.isFinite(loss)) throw new Error("the loss is not a number");
  }
  return times;
};

const measure = async () => {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) throw new Error("this browser has no WebGPU adapter");
  const { vendor, architecture, description } = adapter.info;
  await init();
  await tell({ browser: navigator.userAgent, adapter: `${vendor} ${architecture} ${description}` });
  const images = count("images");
  const programs = {
    ours: await ReferenceSteps.open(images),
    [`TensorFlow.js ${tf.version_core}, WebGPU`]: await open(images),
  };
  for (const [name, program] of Object.entries(programs)) {
    await tell({ program: name, warm_up: await timed(program, count("warm-up")) });
  }
  for (let round = 1; round <= count("rounds"); round++) {
    for (const [name, program] of Object.entries(programs)) {
      await tell({ program: name, round, ms: await timed(program, count("steps")) });
    }
  }
  await tell({ ended: true });
};

measure().catch((error) => tell({ error: `${error.message ?? error}` }));
