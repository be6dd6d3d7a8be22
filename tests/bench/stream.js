// The engine's random streams (src/rng.rs) again, so that another library gets the very same weights and batches.
// A classic script: the worker of steps.mjs imports it.
"use strict";

/** ChaCha with 8 rounds, as rand_chacha's: a 64-bit counter, stream 0. */
class Stream {
  /** @param {number} seed @param {string} name */
  constructor(seed, name) {
    let hash = 0xcbf29ce484222325n;
    for (const byte of new TextEncoder().encode(name)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
    this.input = new Uint32Array(16);
    this.input.set([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, seed, 0, Number(hash & 0xffffffffn), Number(hash >> 32n)]);
    this.block = new Uint32Array(16);
    this.at = 16;
  }

  refill() {
    const x = this.block;
    x.set(this.input);
    const turn = (a, b, c, d) => {
      x[a] += x[b]; x[d] ^= x[a]; x[d] = (x[d] << 16) | (x[d] >>> 16);
      x[c] += x[d]; x[b] ^= x[c]; x[b] = (x[b] << 12) | (x[b] >>> 20);
      x[a] += x[b]; x[d] ^= x[a]; x[d] = (x[d] << 8) | (x[d] >>> 24);
      x[c] += x[d]; x[b] ^= x[c]; x[b] = (x[b] << 7) | (x[b] >>> 25);
    };
    for (let round = 0; round < 4; round++) {
      turn(0, 4, 8, 12); turn(1, 5, 9, 13); turn(2, 6, 10, 14); turn(3, 7, 11, 15);
      turn(0, 5, 10, 15); turn(1, 6, 11, 12); turn(2, 7, 8, 13); turn(3, 4, 9, 14);
    }
    for (let i = 0; i < 16; i++) x[i] += this.input[i];
    if (++this.input[12] === 0x100000000) this.input[13]++;
    this.at = 0;
  }

  /** In [0, 1), the upper 53 of 64 bits. */
  uniform() {
    if (this.at === 16) this.refill();
    const low = this.block[this.at++];
    const high = this.block[this.at++];
    return (high * 0x200000 + (low >>> 11)) / 0x20000000000000;
  }

  /** Box–Muller. */
  normal() {
    const u = 1 - this.uniform();
    const v = this.uniform();
    return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
  }
}
