import { FormatError } from '../errors.ts';

/**
 * Refuses containers that contain themselves: no checkpoint needs them, and whoever walks one would never end. Shared
 * containers are fine. Takes time and memory linear in the number of values.
 */
export function expectAcyclic(root: unknown): void {
  const done = new Set<object>();
  const open = new Set<object>();
  const path: { container: object; rest: Iterator<unknown> }[] = [];
  const enter = (value: unknown): void => {
    const items = itemsOf(value);
    if (items === null || done.has(value as object)) return;
    if (open.has(value as object)) throw new FormatError('expected containers in containers, got a cycle');
    open.add(value as object);
    path.push({ container: value as object, rest: items });
  };
  enter(root);
  while (path.length > 0) {
    const { container, rest } = path[path.length - 1];
    const next = rest.next();
    if (next.done !== true) enter(next.value);
    else {
      path.pop();
      open.delete(container);
      done.add(container);
    }
  }
}

function itemsOf(value: unknown): Iterator<unknown> | null {
  if (Array.isArray(value) || value instanceof Set) return value.values();
  return value instanceof Map ? itemsOfMap(value) : null;
}

function* itemsOfMap(map: Map<unknown, unknown>): Iterator<unknown> {
  for (const [key, value] of map) {
    yield key;
    yield value;
  }
}
