// Writes the micro-kernels of matrix products, whose sums stay in registers: one text for every size of tile.

const range = (count) => Array.from({ length: count }, (_, i) => i);

/**
 * out[R, 4V] = act(bias + what lies `toAdded` bytes from out, if flagged + Σ over taps and k of a[r][k] · b[k][...]). The sums start
 * from what is added: added at the end, it took a fifth of a product of 256 terms.
 *
 * V8 moves the loads of a basic block to its front and then runs out of its fifteen registers: a loop unrolled as usual is half
 * as fast as a plain one. Here an exit of the loop stands between two k. It ends the block, and serves any K. Where a product and
 * a sum are two instructions, a block of fewer rows is faster: it begins with an exit that is never taken, as no row lies at so low
 * an address. Another address for each k, since a compiler leaves out what it has asked before.
 *
 * @param R Rows of the tile
 * @param V Vectors of four columns
 * @param unroll Steps of k in a round
 * @param firsts Rows with which a block begins, beside the first of each k
 */
function tile(R, V, unroll, firsts) {
  const rows = range(R);
  const vectors = range(V);
  const exit = (r, u) => (firsts.includes(r) ? `if (p${r} == ${u}) break; ` : '');
  const step = (u) => `
      ${vectors.map((v) => `const b${u}${v} = v128.load(b, ${16 * (v + V * u)});`).join(' ')}
      ${rows
        .map((r) => {
          const sums = vectors.map((v) => `c${r}${v} = multiplyAdd(s, b${u}${v}, c${r}${v});`);
          return `${exit(r, u)}s = v128.load32_splat(p${r}, ${4 * u}); ${sums.join(' ')}`;
        })
        .join('\n      ')}
      ${u < unroll - 1 ? `if (p0 == last${u}) { b += ${16 * V * (u + 1)}; break; }` : ''}`;
  const each = (text) => rows.map((r) => vectors.map((v) => text(r, v)).join(' ')).join('\n    ');
  const place = (r) => `<usize>load<u32>(outs, ${4 * r}) + offset`;
  const everyRow = (text) =>
    rows.map((r) => `o = ${place(r)}; ${vectors.map((v) => text(r, v)).join(' ')}`).join('\n    ');
  return `
export function tile${R}x${4 * V}(
  rows: usize, taps: i32, skip: usize, K: i32, b: usize, outs: usize, offset: usize, width: i32, bias: usize, toAdded: usize,
  flags: i32,
): void {
  let s = f32x4.splat(0), o: usize = 0;
  let ${vectors.map((v) => `d${v} = s`).join(', ')};
  const isWhole = width >= ${4 * V};
  if (bias) {
    ${vectors.map((v) => `d${v} = isWhole ? v128.load(bias, ${16 * v}) : partOf(bias + ${16 * v}, width - ${4 * v});`).join(' ')}
  }
  let ${rows.flatMap((r) => vectors.map((v) => `c${r}${v} = d${v}`)).join(', ')};
  if (flags & ADD) {
    if (isWhole) {
    ${everyRow((r, v) => `c${r}${v} = f32x4.add(c${r}${v}, v128.load(o + toAdded, ${16 * v}));`)}
    } else {
    ${everyRow((r, v) => `c${r}${v} = f32x4.add(c${r}${v}, partOf(o + toAdded + ${16 * v}, width - ${4 * v}));`)}
    }
  }
  for (let tap = 0; tap < taps; tap++, rows += ${4 * R}) {
    ${rows.map((r) => `let p${r} = <usize>load<u32>(rows, ${4 * r}) + skip;`).join(' ')}
    const end = p0 + (<usize>K << 2);
    ${range(unroll - 1)
      .map((u) => `const last${u} = end - ${4 * (u + 1)};`)
      .join(' ')}
    while (true) {${range(unroll).map(step).join('')}
      ${rows.map((r) => `p${r} += ${4 * unroll};`).join(' ')} b += ${16 * V * unroll};
      if (p0 >= end) break;
    }
  }
  if (flags & RELU) {
    s = f32x4.splat(0);
    ${each((r, v) => `c${r}${v} = f32x4.pmax(c${r}${v}, s);`)}
  }
  if (isWhole) {
    ${everyRow((r, v) => `v128.store(o, c${r}${v}, ${16 * v});`)}
  } else {
    ${everyRow((r, v) => `storePart(o + ${16 * v}, c${r}${v}, width - ${4 * v});`)}
  }
}`;
}

/** The file of all sizes. @param sizes [rows, vectors of four columns, steps of k in a round, firsts of blocks] of each */
export function tilesOf(sizes) {
  const head = `// Written by scripts/write-tiles.mjs.\nimport { ADD, multiplyAdd, partOf, RELU, storePart } from './sums';\n`;
  return `${head}${sizes.map((size) => tile(...size)).join('\n')}\n`;
}
