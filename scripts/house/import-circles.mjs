// Files that import each other, types included: a thought that cannot be read in one order.

/** Groups of files that reach each other by imports (Tarjan 1972), each as one line. */
export function importCircles(sources) {
  const graph = new Map(sources.map(({ file, imports }) => [file, imports]));
  const order = new Map();
  const lowest = new Map();
  const stack = [];
  const circles = [];

  function visit(file) {
    order.set(file, order.size);
    lowest.set(file, order.get(file));
    stack.push(file);
    for (const next of graph.get(file) ?? []) {
      if (!graph.has(next)) continue;
      if (!order.has(next)) visit(next);
      if (stack.includes(next)) lowest.set(file, Math.min(lowest.get(file), lowest.get(next)));
    }
    if (lowest.get(file) !== order.get(file)) return;
    const group = stack.splice(stack.indexOf(file));
    if (group.length > 1)
      circles.push(`${group[0]}: expected no circle of imports, got one with ${group.slice(1).join(', ')}`);
  }

  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return circles;
}
