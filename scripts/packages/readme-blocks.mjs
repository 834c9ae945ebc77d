// Code blocks of a README. `ts` and `sh` blocks run as printed, in their order, in one folder. A block marked `no-run`
// (```ts no-run) needs a network, a browser or a clone: it is type-checked only. Blocks in other languages are text.

/**
 * @param {string} text
 * @returns {{ language: 'ts' | 'sh', code: string, runs: boolean, line: number }[]}
 */
export function readmeBlocks(text) {
  const blocks = [];
  for (const match of text.matchAll(/^```(ts|js|sh)( no-run)?\n([\s\S]*?)^```$/gm)) {
    const [, language, mark, code] = match;
    const line = text.slice(0, match.index).split('\n').length + 1;
    blocks.push({ language: language === 'js' ? 'ts' : language, code, runs: mark === undefined, line });
  }
  const fences = [...text.matchAll(/^```(\S[^\n]*)$/gm)].map(([, info]) => info);
  const odd = fences.filter((info) => !/^((ts|js|sh)( no-run)?|text|html|json)$/.test(info));
  if (odd.length > 0)
    throw new Error(`expected ts, js or sh, with or without no-run, or text, html, json, got \`${odd[0]}\``);
  return blocks;
}
