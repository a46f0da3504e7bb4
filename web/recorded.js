// A run that was recorded, for browsers without WebGPU: answers to budgets that were computed
// beforehand, its networks and its curves, drawn in SVG.

const byId = (id) => document.getElementById(id);

const svg = (name, attributes, text) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
};

const grouped = (count) => count.toLocaleString("en");
const short = (count) => {
  const [size, unit] = count < 1e3 ? [1, ""] : count < 1e6 ? [1e3, " k"] : [1e6, " M"];
  const value = count / size;
  return value.toFixed(unit === "" || value >= 100 ? 0 : value < 10 ? 2 : 1) + unit;
};
const percent = (share) => `${(100 * share).toFixed(1)} %`;

// Round values within a range, about `count` of them, and the digits behind their point.
const ticks = (low, high, count) => {
  const rough = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  const first = Math.ceil(low / step), last = Math.floor(high / step + 1e-9);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return Array.from({ length: last - first + 1 }, (_, at) => [(first + at) * step, digits]);
};

const range = (values) => [Math.min(...values), Math.max(...values)];

const LEFT = 44, RIGHT = 10, TOP = 10, BOTTOM = 26;

// Draws series into a figure as wide as it is: lines, dots or squares, each of which may say
// something. What comes back is the way from values to the drawing, and the drawing.
const plot = (figure, name, unit, series) => {
  const width = figure.clientWidth, height = Number(figure.dataset.height);
  const points = series.flatMap((one) => one.points);
  const [left, right] = range(points.map(([x]) => x));
  const [least, most] = range(points.map(([, y]) => y));
  const room = 0.05 * (most - least || 1);
  const [low, high] = [least - room, most + room];
  const x = (value) => LEFT + ((value - left) / (right - left || 1)) * (width - LEFT - RIGHT);
  const y = (value) => height - BOTTOM - ((value - low) / (high - low)) * (height - TOP - BOTTOM);
  const drawing = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img" });
  drawing.setAttribute("aria-label", name);
  for (const [value, digits] of ticks(low, high, 5)) {
    drawing.append(svg("line", { class: "grid", x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value) }));
    drawing.append(svg("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, value.toFixed(digits)));
  }
  for (const [value, digits] of ticks(left, right, Math.max(2, width / 90))) {
    if (x(value) > width - RIGHT - 48) continue;
    drawing.append(svg("text", { x: x(value), y: height - 8, "text-anchor": "middle" }, value.toFixed(digits)));
  }
  drawing.append(svg("text", { x: width - RIGHT, y: height - 8, "text-anchor": "end" }, unit));
  for (const { kind, shape, points, says } of series) {
    if (shape === "line") {
      const way = points.map(([px, py]) => `${x(px).toFixed(1)},${y(py).toFixed(1)}`).join(" ");
      drawing.append(svg("polyline", { class: `line ${kind}`, points: way }));
      continue;
    }
    points.forEach(([px, py], at) => {
      const dot =
        shape === "square"
          ? svg("rect", { x: x(px) - 4, y: y(py) - 4, width: 8, height: 8 })
          : svg("circle", { cx: x(px), cy: y(py), r: 3.5 });
      dot.setAttribute("class", `dot ${kind}`);
      dot.append(svg("title", {}, says(at)));
      drawing.append(dot);
    });
  }
  figure.querySelector("svg")?.remove();
  figure.prepend(drawing);
  return { x, y, bottom: height - BOTTOM, drawing };
};

// The network: a column a layer, a cell a part of it, numbered by kernel.
const strip = (figure, kernels) => {
  const width = figure.clientWidth, row = 26, parts = 6, foot = 22, edge = 52;
  const column = (width - edge) / kernels.length;
  const height = parts * row + foot;
  const drawing = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img" });
  const spoken = kernels.map((layer, at) => `layer ${at + 1}: ${layer.join(", ")}`).join("; ");
  drawing.setAttribute("aria-label", `Kernels of the network, ${spoken}`);
  for (let part = 0; part < parts; part++) {
    drawing.append(svg("text", { x: 0, y: part * row + 17 }, `part ${part + 1}`));
    kernels.forEach((layer, at) => {
      const kernel = layer[part], x = edge + at * column + 1, y = part * row + 1;
      const shape = { x, y, width: column - 3, height: row - 3, rx: 4 };
      drawing.append(svg("rect", { ...shape, class: kernel ? `kernel k${kernel}` : "skip" }));
      if (kernel) {
        const middle = { x: x + (column - 3) / 2, y: y + 16, "text-anchor": "middle" };
        drawing.append(svg("text", { ...middle, class: "on-kernel" }, kernel));
      }
    });
  }
  drawing.append(svg("text", { x: 0, y: height - 5 }, "layer"));
  kernels.forEach((_, at) => {
    const x = edge + (at + 0.5) * column;
    drawing.append(svg("text", { x, y: height - 5, "text-anchor": "middle" }, at + 1));
  });
  figure.replaceChildren(drawing);
};

// What the journal tells, by the names of its events.
const read = (journal) => {
  const all = (event) => journal.filter((one) => one.event === event);
  const evaluated = (kind) => all("evaluated").filter((one) => one.kind === kind);
  const [start] = all("run_started"), [end] = all("finished");
  const steps = all("supernet_step"), generator = all("generator_step");
  const ofEpoch = (list) => list.filter((one) => one.epoch === 0).at(-1).step + 1;
  const distance = ({ answers }) =>
    answers.reduce((sum, { budget, cost }) => sum + Math.abs(cost - budget) / budget, 0) / answers.length;
  return {
    start,
    end,
    loss: steps.map(({ step, loss }) => [(step + 1) / ofEpoch(steps), loss]),
    paths: ["smallest", "mean", "largest"].map((key) =>
      all("supernet_epoch").map((one) => [one.epoch + 1, 100 * one[key]])),
    entropy: generator.map(({ step, ce }) => [(step + 1) / ofEpoch(generator), ce]),
    distance: all("generator_epoch").map((one) => [one.epoch + 1, 100 * distance(one)]),
    random: evaluated("random"),
    generated: evaluated("generated"),
  };
};

const curves = (run) => {
  const line = (kind, points) => ({ kind, points, shape: "line" });
  const [smallest, mean, largest] = run.paths;
  plot(byId("loss"), "Loss of the supernet by epoch", "epoch", [line("accent", run.loss)]);
  plot(byId("paths"), "Accuracy of the supernet's paths by epoch", "epoch", [
    line("smallest", smallest), line("accent", mean), line("largest", largest),
  ]);
  plot(byId("entropy"), "Cross-entropy of the generator by epoch", "epoch", [line("generated", run.entropy)]);
  plot(byId("distance"), "Distance of the generator's answers from their budgets by epoch", "epoch", [
    line("generated", run.distance),
  ]);
};

const show = ({ journal, answers }) => {
  const run = read(journal);
  const { config, data, device } = run.start;
  const images = data.test_images;
  byId("about").textContent =
    `The preset “${config.preset}” with seed ${config.seed} on ${data.name}: ` +
    `${grouped(data.weight_images)} images trained the supernet, ${grouped(data.generator_images)} the generator, ` +
    `and accuracies are of ${grouped(images)} others. It took ${(run.end.seconds / 60).toFixed(0)} minutes on ${device.name}.`;
  const slider = byId("budget");
  slider.max = answers.length - 1;
  slider.value = Math.round(0.6 * slider.max);
  byId("cheapest").textContent = short(answers[0].budget);
  byId("dearest").textContent = short(answers.at(-1).budget);

  let scatter;
  const choose = () => {
    const { budget, macs, params, accuracy, kernels } = answers[slider.value];
    const words = `${short(budget)} MACs`;
    slider.setAttribute("aria-valuetext", words);
    byId("chosen").textContent = words;
    byId("macs").textContent = short(macs);
    byId("of-budget").textContent = `${percent(macs / budget)} of the budget`;
    byId("params").textContent = short(params);
    byId("params-note").textContent = grouped(params);
    byId("accuracy").textContent = percent(accuracy);
    const error = Math.sqrt((accuracy * (1 - accuracy)) / images);
    byId("error").textContent = `± ${(100 * error).toFixed(1)}, ${grouped(images)} images`;
    strip(byId("strip"), kernels);
    const { x, y, bottom, drawing } = scatter;
    drawing.querySelectorAll(".chosen").forEach((mark) => mark.remove());
    const at = x(macs / 1e6);
    drawing.append(svg("line", { class: "chosen", x1: at, x2: at, y1: TOP, y2: bottom }));
    drawing.append(svg("circle", { class: "chosen", cx: at, cy: y(100 * accuracy), r: 7 }));
  };
  const draw = () => {
    const place = ({ macs, accuracy }) => [macs / 1e6, 100 * accuracy];
    const says = (list) => (at) => `${short(list[at].macs)} MACs, ${percent(list[at].accuracy)}`;
    const dots = (kind, shape, list) => ({ kind, shape, points: list.map(place), says: says(list) });
    scatter = plot(byId("scatter"), "Accuracy of networks against their MACs", "M MACs", [
      dots("random", "dot", run.random),
      dots("answer", "dot", answers),
      dots("generated", "square", run.generated),
    ]);
    scatter.drawing.querySelectorAll(".answer").forEach((dot, at) => {
      dot.addEventListener("click", () => {
        slider.value = at;
        choose();
      });
    });
    curves(run);
    choose();
  };
  slider.addEventListener("input", choose);
  byId("recorded").hidden = false;
  draw();
  let width = innerWidth;
  addEventListener("resize", () => {
    if (width !== innerWidth) draw();
    width = innerWidth;
  });
};

const answer = await fetch("data/recorded.json");
if (!answer.ok) throw new Error(`data/recorded.json: the server answers ${answer.status}`);
show(await answer.json());
