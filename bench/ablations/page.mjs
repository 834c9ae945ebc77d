// The page of all ablations that have records.
import { ABLATIONS } from './ablations.mjs';
import { section } from './report.mjs';
import { SIZE } from './settings.mjs';

/** Markdown of docs/ablations.md. */
export function page(records, { steps, scenes }) {
  const names = Object.keys(ABLATIONS);
  const sections = names.map((name) => section(name, records, steps));
  const open = names.filter((_, k) => sections[k] === null);
  const rest =
    open.length === 0
      ? []
      : [
          `## Not run yet\n\nTried for three steps each, no more.\n\n\`node bench/ablations/run.mjs ${open.join(' ')}\`\n`,
        ];
  return [head({ steps, scenes }), ...sections.filter((text) => text !== null), ...rest].join('\n');
}

function head({ steps, scenes }) {
  return `# Ablations

Written by \`node bench/ablations/run.mjs\`. Each run trains a small model from scratch on generated scenes of ${SIZE} × ${SIZE}, ${steps}
steps of 8, and is measured on ${scenes} unseen ones. The runs are short: a difference here says what helps in the first minutes
of a small model on simple pictures, and the papers' say what helps in the last days of a large one on photographs. All arms
of one system have the same auxiliary losses, scenes and steps; a seed chooses first values, points and scenes.

*Best IoU* is the mean over true segments of the IoU with the best mask of any query: of a short training masks say more than
classes and scores, which PQ needs. A difference is taken seed by seed. It is *within the spread* where its mean is no larger
than the deviation of the differences. The papers' figures are of their ablations on COCO: only
their direction can be compared.
`;
}
