// Numbers in upper case say why they are what they are.
import { declarations } from './sources.mjs';

/** True of literals of numbers and of sums, products and powers of them. */
function isNumber(node) {
  if (node?.type === 'Literal') return typeof node.value === 'number' || node.bigint !== undefined;
  if (node?.type === 'UnaryExpression') return isNumber(node.argument);
  if (node?.type === 'BinaryExpression') return isNumber(node.left) && isNumber(node.right);
  return false;
}

/** Numeric constants without a comment before them or on their line. */
export function unexplainedConstants(sources) {
  return sources
    .filter(({ isTest }) => !isTest)
    .flatMap((source) =>
      declarations(source)
        .filter(({ name, node }) => /^[A-Z][A-Z0-9_]*$/.test(name) && isNumber(node.init))
        .filter(({ statement, comment }) => comment === '' && !commentOnLine(source, statement))
        .map(({ name }) => `${source.file}: expected a reason at ${name}, got none`),
    );
}

function commentOnLine({ comments, text }, { end }) {
  const lineEnd = text.indexOf('\n', end);
  return comments.some(({ start }) => start >= end && start < lineEnd);
}
