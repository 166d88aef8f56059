// The counting model: the same sums as lessons_pkg.ngram.NGram with Witten-Bell interpolation.

// A line holds a context of order - 1 characters, then each continuation and how often it came (once, if not said).
function countingModel({ order, strength, counts }) {
  const V = tokens.length;
  const ids = new Map(tokens.map((token, id) => [token === "\n" ? "." : token, id]));
  const table = new Map(); // from the ids of a context, as text, to its counts

  function add(context, id, count) {
    const key = context.join();
    if (!table.has(key)) table.set(key, new Float64Array(V));
    table.get(key)[id] += count;
  }

  for (const line of counts.split("\n")) {
    const characters = [...line];
    const context = characters.slice(0, order - 1).map((c) => ids.get(c));
    const rest = characters.slice(order - 1).join("");
    for (const [, character, count] of rest.matchAll(/(\D)(\d*)/gu)) {
      // What follows a long context also follows every shorter one that it ends with.
      for (let start = 0; start < order; start++) add(context.slice(start), ids.get(character), +(count || 1));
    }
  }

  // The distribution of what follows the ids since the name began, from no context to all of it.
  function probs(before) {
    const padded = [...Array(order - 1).fill(0), ...before];
    const context = padded.slice(before.length);
    let p = new Float64Array(V).fill(1 / V);
    for (let start = context.length; start >= 0; start--) {
      const counted = table.get(context.slice(start).join());
      if (!counted) continue;
      const total = counted.reduce((a, b) => a + b, 0);
      const doubt = strength * counted.filter((n) => n > 0).length;
      p = p.map((shorter, id) => (counted[id] + doubt * shorter) / (total + doubt));
    }
    return p;
  }

  return { probs };
}
