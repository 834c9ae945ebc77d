// The page docs/reproduce.md.

const HEAD = `# Published figures, measured again

Written from the zoo and \`docs/reproductions.json\` by \`node scripts/write-reproduce.mjs\`; a test keeps it true. A blank means
that nobody has run it yet.

\`\`\`sh
npx seg reproduce mask2former-swin-t-coco-panoptic --coco path/to/coco      # val2017/ and annotations/
npx seg reproduce mask2former-swin-t-ade20k-semantic --ade20k path/to/ade   # images/ and annotations_detectron2/
\`\`\`

It fetches the published weights (or takes \`--model\`), predicts the validation set, evaluates as the authors do, and prints
the figure beside theirs with versions and time. A run that was cut goes on when it is started again. \`--limit N\` takes the
first N images and says that this is no published figure. The result is \`reproduction.json\` in the folder of results;
\`node scripts/write-reproduce.mjs FILE\` takes it into this table.

Figures are at single scale and in percent. Of other sets and tasks \`seg predict\` and \`seg evaluate\` do the same by hand.
`;

/** Sets and tasks that the command knows. */
const REPRODUCIBLE = [
  ['COCO val2017', 'panoptic'],
  ['COCO val2017', 'instance'],
  ['ADE20K val', 'semantic'],
];

/** The list with new results: whole sets only, the newest of a preset. */
export function withReproductions(known, found) {
  for (const { preset, images, total } of found) {
    if (images !== total) throw new Error(`${preset}: expected a result of all ${total} images, got one of ${images}`);
  }
  const byPreset = new Map([...known, ...found].map((one) => [one.preset, one]));
  return [...byPreset.values()].sort((a, b) => a.preset.localeCompare(b.preset));
}

export function reproducePage(zoo, reproductions) {
  const byPreset = new Map(reproductions.map((one) => [one.preset, one]));
  const rows = zoo
    .filter(({ data, task }) => REPRODUCIBLE.some(([set, of]) => set === data && of === task))
    .map((entry) => row(entry, byPreset.get(entry.preset)));
  return `${HEAD}
| preset | data | published | here | s an image | with | date |
|---|---|---|---|---|---|---|
${rows.join('\n')}
`;
}

function row({ preset, data, metric, value }, found) {
  const here = found ? found.measured.toFixed(1) : '';
  const { versions, secondsPerImage, date = '' } = found ?? {};
  const time = secondsPerImage == null ? '' : secondsPerImage.toFixed(2);
  const used = versions ? `@seg ${versions.seg}, ${versions.backend}` : '';
  return `| \`${preset}\` | ${data} | ${metric} ${value.toFixed(1)} | ${here} | ${time} | ${used} | ${date} |`;
}
