// The reference network of src/measure/reference.rs and its training in TensorFlow.js, in the layout that
// it prefers (channels last). Its optimisers know no weight decay, so its step does that much less.

const SIDE = 32;
const CLASSES = 10;
// c_in, c_out, stride of the bottlenecks.
const BLOCKS = [[16, 16, 1], [16, 24, 2], [24, 24, 1], [24, 40, 2], [40, 40, 1], [40, 80, 2]];

// A convolution, depthwise where no number of filters is given, with batch norm and ReLU6.
const unit = (x, { filters, kernel = 1, stride = 1, linear = false }) => {
  const shape = { kernelSize: kernel, strides: stride, padding: "same", useBias: false };
  const conv = filters ? tf.layers.conv2d({ ...shape, filters }) : tf.layers.depthwiseConv2d(shape);
  const norm = tf.layers.batchNormalization({ momentum: 0.9, epsilon: 1e-5 });
  const y = norm.apply(conv.apply(x));
  return linear ? y : tf.layers.activation({ activation: "relu6" }).apply(y);
};

const bottleneck = (x, [from, filters, stride]) => {
  const wide = unit(unit(x, { filters: 6 * from }), { kernel: 3, stride });
  const y = unit(wide, { filters, linear: true });
  return stride === 1 && from === filters ? tf.layers.add().apply([x, y]) : y;
};

const reference = () => {
  const inputs = tf.input({ shape: [SIDE, SIDE, 3] });
  const stem = unit(inputs, { filters: BLOCKS[0][0], kernel: 3 });
  const head = unit(BLOCKS.reduce(bottleneck, stem), { filters: 320 });
  const pooled = tf.layers.globalAveragePooling2d({ dataFormat: "channelsLast" }).apply(head);
  return tf.model({ inputs, outputs: tf.layers.dense({ units: CLASSES }).apply(pooled) });
};

// The network with what a step of its training needs.
export const open = async (images) => {
  if (!(await tf.setBackend("webgpu"))) throw new Error("TensorFlow.js has no WebGPU here");
  const network = reference();
  const weights = network.trainableWeights.map((weight) => weight.read());
  const optimiser = tf.train.momentum(0.05, 0.9);
  const batch = tf.randomNormal([images, SIDE, SIDE, 3]);
  const labels = tf.oneHot(Array.from({ length: images }, (_, at) => at % CLASSES), CLASSES);
  const loss = () => tf.losses.softmaxCrossEntropy(labels, network.apply(batch, { training: true }), 1, 0.1);
  const step = async () => {
    const value = optimiser.minimize(loss, true, weights);
    const [number] = await value.data();
    value.dispose();
    return number;
  };
  return { step };
};
