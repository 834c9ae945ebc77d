// Changes of a JSON value at random places: what hand-made and foreign files get wrong, and what hostile ones try.

const STRANGE = [
  null, true, false, 0, -0, -1, 0.5, 1e308, -1e308, 2 ** 31, 2 ** 53, 1e-320, '', '0', 'NaN', 'null', ' ', 'x'.repeat(5000),
  [], {}, [[]], [null], [[1, 2]], { a: 1 }, '\u001b[31m', '__proto__', [-1, -1, -1, -1],
]; // biome-ignore format: many

/** Up to four changes: a value replaced, left out, said twice or put elsewhere. */
export function changedJson(json, random) {
  const copy = { root: structuredClone(json) };
  for (let k = Math.floor(random() * 4); k >= 0; k--) change(copy, random);
  return copy.root;
}

function change(top, random) {
  const places = [];
  collect(top, places);
  const [holder, key] = places[Math.floor(random() * places.length)];
  const kind = random();
  if (kind < 0.6) holder[key] = structuredClone(STRANGE[Math.floor(random() * STRANGE.length)]);
  else if (kind < 0.75 && Array.isArray(holder)) holder.splice(key, 1);
  else if (kind < 0.75) delete holder[key];
  else if (kind < 0.85 && Array.isArray(holder)) holder.push(structuredClone(holder[key]));
  else {
    const [from, other] = places[Math.floor(random() * places.length)];
    holder[key] = structuredClone(from[other]);
  }
  if (!('root' in top)) top.root = null;
}

/** Every place of a value: [object or list, key]. A place of long lists is taken now and then only. */
function collect(value, places) {
  if (value === null || typeof value !== 'object') return;
  const keys = Array.isArray(value) ? [...value.keys()].slice(0, 12) : Object.keys(value);
  for (const key of keys) {
    places.push([value, key]);
    collect(value[key], places);
  }
}
