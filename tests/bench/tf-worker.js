// The trial of src/device/trial.rs in tf.js, in a worker as the engine is: the same weights, batches, loss and Adam.
/* global tf, Stream */
"use strict";

const TF = "/node_modules/@tensorflow/";
importScripts(
  // The union package: the core's own script comes without the gradients.
  "/stream.js", `${TF}tfjs/dist/tf.min.js`,
  `${TF}tfjs-backend-wasm/dist/tf-backend-wasm.min.js`, `${TF}tfjs-backend-webgpu/dist/tf-backend-webgpu.min.js`,
);
tf.wasm.setWasmPaths(`${TF}tfjs-backend-wasm/dist/`);

const parameter = (stream, rows, outputs, shape) => {
  const scale = Math.sqrt(2 / rows);
  return { weight: tf.variable(tf.tensor(Float32Array.from({ length: rows * outputs }, () => stream.normal() * scale), shape)), bias: tf.variable(tf.zeros([outputs])) };
};

/** Two hidden layers, as a function of the batch. */
function dense({ inputs, hidden }, stream) {
  const widths = [inputs, hidden, hidden, 1];
  const layers = widths.slice(1).map((outputs, i) => parameter(stream, widths[i], outputs, [widths[i], outputs]));
  return (x) => layers.reduce((x, { weight, bias }, i) => {
    const z = tf.add(tf.matMul(x, weight), bias);
    return i < layers.length - 1 ? tf.relu(z) : z;
  }, x);
}

/** As PyTorch's, without the running statistics: nothing here predicts. Over all dimensions but the last. */
function normalisation(channels) {
  const [gamma, beta] = [tf.variable(tf.ones([channels])), tf.variable(tf.zeros([channels]))];
  return (x) => {
    const axes = x.shape.slice(1).map((_, axis) => axis);
    const mean = tf.mean(x, axes, true);
    const off = tf.sub(x, mean);
    const variance = tf.mean(tf.square(off), axes, true);
    return tf.add(tf.mul(off, tf.div(gamma, tf.sqrt(tf.add(variance, 1e-5)))), beta);
  };
}

/** Three convolutions (their weights are [tap, in, out], in the engine's order), each with ReLU and normalisation; a head. */
function convolutional({ inputs, hidden, length }, stream) {
  const channels = [inputs, 64, 128, 64];
  const kernels = channels.slice(1).map((outputs, i) => parameter(stream, 3 * channels[i], outputs, [3, channels[i], outputs]));
  const flat = (length - 6) * 64;
  const [head, last] = [parameter(stream, flat, hidden, [flat, hidden]), parameter(stream, hidden, 1, [hidden, 1])];
  const norms = [64, 128, 64, hidden].map(normalisation);
  return (x) => {
    const h = kernels.reduce((x, { weight, bias }, i) => norms[i](tf.relu(tf.add(tf.conv1d(x, weight, 1, "valid"), bias))), tf.reshape(x, [-1, length, inputs]));
    const g = norms[3](tf.relu(tf.add(tf.matMul(tf.reshape(h, [-1, flat]), head.weight), head.bias)));
    return tf.add(tf.matMul(g, last.weight), last.bias);
  };
}

async function trial({ backend, shape, seed }) {
  const { batch, steps } = shape;
  const columns = shape.inputs * (shape.length || 1);
  if (!(await tf.setBackend(backend))) throw new Error(`tf.js has no ${backend} here`);
  await tf.ready();
  if (tf.getBackend() !== backend) throw new Error(`tf.js took ${tf.getBackend()}`);
  const draw = new Stream(seed, "trial/data");
  const forward = (shape.length ? convolutional : dense)(shape, new Stream(seed, "trial/init"));
  const adam = tf.train.adam(shape.length ? 1e-4 : 3e-3, 0.9, 0.999, 1e-8);
  const losses = [];
  const times = [];
  for (let step = 0; step < steps; step++) {
    const rows = Float32Array.from({ length: batch * columns }, () => draw.normal());
    const labels = Float32Array.from({ length: batch }, (_, row) => (Math.fround(rows[row * columns] * rows[row * columns + 1]) > 0 ? 1 : 0));
    const start = performance.now();
    const x = tf.tensor2d(rows, [batch, columns]);
    const y = tf.tensor2d(labels, [batch, 1]);
    const loss = adam.minimize(() => {
      const z = forward(x);
      return tf.mean(tf.add(tf.sub(tf.relu(z), tf.mul(z, y)), tf.log(tf.add(tf.exp(tf.neg(tf.abs(z))), 1))));
    }, true);
    losses.push((await loss.data())[0]);
    times.push(performance.now() - start);
    tf.dispose([x, y, loss]);
    await new Promise((resolve) => setTimeout(resolve));
  }
  adam.dispose();
  tf.disposeVariables();
  const late = times.slice(steps >> 1).sort((a, b) => a - b);
  return { losses, ms_per_step: late[late.length >> 1], simd: backend === "wasm" ? await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT") : undefined, tensors: tf.memory().numTensors };
}

self.onmessage = async ({ data }) => {
  try {
    self.postMessage({ ok: await trial(data) });
  } catch (error) {
    self.postMessage({ failure: String(error) });
  }
};
