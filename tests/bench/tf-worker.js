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

function network(widths, stream) {
  return widths.slice(1).map((outputs, i) => {
    const inputs = widths[i];
    const scale = Math.sqrt(2 / inputs);
    const weight = Float32Array.from({ length: inputs * outputs }, () => stream.normal() * scale);
    return { weight: tf.variable(tf.tensor2d(weight, [inputs, outputs])), bias: tf.variable(tf.zeros([outputs])) };
  });
}

async function trial({ backend, shape: { inputs, hidden, batch, steps }, seed }) {
  if (!(await tf.setBackend(backend))) throw new Error(`tf.js has no ${backend} here`);
  await tf.ready();
  if (tf.getBackend() !== backend) throw new Error(`tf.js took ${tf.getBackend()}`);
  const draw = new Stream(seed, "trial/data");
  const layers = network([inputs, hidden, hidden, 1], new Stream(seed, "trial/init"));
  const forward = (x) => layers.reduce((x, { weight, bias }, i) => {
    const z = tf.add(tf.matMul(x, weight), bias);
    return i < layers.length - 1 ? tf.relu(z) : z;
  }, x);
  // burn's defaults.
  const adam = tf.train.adam(3e-3, 0.9, 0.999, 1e-5);
  const losses = [];
  const times = [];
  for (let step = 0; step < steps; step++) {
    const rows = Float32Array.from({ length: batch * inputs }, () => draw.normal());
    const labels = Float32Array.from({ length: batch }, (_, row) => (Math.fround(rows[row * inputs] * rows[row * inputs + 1]) > 0 ? 1 : 0));
    const start = performance.now();
    const x = tf.tensor2d(rows, [batch, inputs]);
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
