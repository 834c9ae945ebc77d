// Lines of each function, method and arrow function with a body of its own.

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

/** Lines from the first to the last of every function that has a block; functions inside of others count too. */
export function functionLengths({ program, text }) {
  const lengths = [];
  visit(program);
  return lengths;

  function visit(node) {
    if (Array.isArray(node)) return node.forEach(visit);
    if (node === null || typeof node !== 'object') return;
    if (FUNCTIONS.has(node.type) && node.body?.type === 'BlockStatement') {
      lengths.push(text.slice(node.start, node.end).split('\n').length);
    }
    Object.values(node).forEach(visit);
  }
}
