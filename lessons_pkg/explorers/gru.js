// The trained network and what is drawn from it: the same sums as torch's nn.GRU and lessons_pkg.sampling.

// Turn base64 of float16 numbers into numbers: 1 bit of sign, 5 of exponent, 10 of fraction.
function fromFloat16(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  return Float64Array.from({ length: bytes.length / 2 }, (_, i) => {
    const bits = bytes[2 * i] | (bytes[2 * i + 1] << 8);
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = (bits & 1023) / 1024;
    return sign * (exponent ? (1 + fraction) * 2 ** (exponent - 15) : fraction * 2 ** -14);
  });
}

// Add matrix (rows, vector.length), stored row after row, times vector to a copy of start.
function affine(matrix, vector, start) {
  const result = Float64Array.from(start);
  const n = vector.length;
  for (let row = 0; row < result.length; row++) {
    let sum = 0;
    for (let i = 0, at = row * n; i < n; i++, at++) sum += matrix[at] * vector[i];
    result[row] += sum;
  }
  return result;
}

const sigmoid = (x) => 1 / (1 + Math.exp(-x));

function makeModel({ shapes, float16 }) {
  const V = tokens.length;
  const numbers = fromFloat16(float16);
  const weights = {};
  let at = 0;
  for (const [name, shape] of shapes) {
    const size = shape.reduce((a, b) => a * b);
    weights[name] = numbers.subarray(at, (at += size));
  }
  const { W_ih, W_hh, b_ih, b_hh, W_hy, b_y, embedding } = weights;
  const H = W_hh.length / b_hh.length;
  const E = W_ih.length / b_ih.length;
  // What each token puts into the gates never changes, so it is computed once: W_ih x + b_ih.
  const input = Array.from({ length: V }, (_, id) => {
    const x = embedding ? embedding.subarray(id * E, (id + 1) * E) : Float64Array.from({ length: V }, (_, i) => +(i === id));
    return affine(W_ih, x, b_ih);
  });

  // One step: read a token in a hidden state, return the next state. The gates stand in the order reset, update, new.
  function step(hidden, id) {
    const x = input[id];
    const h = affine(W_hh, hidden, b_hh);
    const next = new Float64Array(H);
    for (let i = 0; i < H; i++) {
      const reset = sigmoid(x[i] + h[i]);
      const update = sigmoid(x[H + i] + h[H + i]);
      const fresh = Math.tanh(x[2 * H + i] + reset * h[2 * H + i]);
      next[i] = (1 - update) * fresh + update * hidden[i];
    }
    return next;
  }

  const STOP_ID = 0; // a stop symbol opens every name
  const read = (ids) => ids.reduce(step, step(new Float64Array(H), STOP_ID));
  return { step, read, logits: (hidden) => affine(W_hy, hidden, b_y) };
}

// The ids from the likeliest down; of equals, the lower id first.
const ranking = (p) => Array.from(p.keys()).sort((a, b) => p[b] - p[a] || a - b);

// Divide by the temperature, softmax, keep the likeliest, rescale.
function nextDistribution(logits, { temperature = 1, top_k = null, top_p = null } = {}) {
  const top = Math.max(...logits); // subtracting it first keeps a tiny temperature from overflowing
  const p = logits.map((z) => Math.exp((z - top) / temperature));
  rescale(p);
  if (top_k === null && top_p === null) return p;
  const order = ranking(p);
  if (top_k !== null) {
    for (const id of order.slice(top_k)) p[id] = 0;
    rescale(p);
  }
  if (top_p !== null) {
    let before = 0; // what the likelier ones hold together
    for (const id of order) {
      const own = p[id];
      if (before >= top_p) p[id] = 0;
      before += own;
    }
    rescale(p);
  }
  return p;
}

function rescale(p) {
  const total = p.reduce((a, b) => a + b, 0);
  for (let i = 0; i < p.length; i++) p[i] /= total;
}

function entropy(p) {
  return -p.reduce((sum, x) => sum + (x > 0 ? x * Math.log(x) : 0), 0);
}

// mulberry32: random numbers in [0, 1) from 32 bits of state; gru.py has the same.
function mulberry32(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

// The tokens stand in a row, likeliest first, each as wide as its probability; u in [0, 1) says which is taken. So a lower
// temperature can move the choice only towards the favourite.
function choose(p, u) {
  const order = ranking(p).filter((id) => p[id] > 0);
  let total = 0;
  for (const id of order) {
    total += p[id];
    if (u < total) return id;
  }
  return order.at(-1);
}

// Names as ids, each with random numbers of its own; a name that reached its end closes with id 0.
function drawNames(model, start, settings, { names, length }) {
  const first = model.read(start);
  const next = (hidden) => nextDistribution(model.logits(hidden), settings);
  const opening = next(first);
  return Array.from({ length: names }, (_, i) => {
    const draw = mulberry32(1000 * settings.seed + i);
    const ids = [...start];
    for (let hidden = first, p = opening; ids.length < length; p = next(hidden)) {
      const id = choose(p, draw());
      ids.push(id);
      if (id === 0) break;
      hidden = model.step(hidden, id);
    }
    return ids;
  });
}
