import { footprint } from '../footprint.ts';
import { PRESETS } from '../systems/systems.ts';
import { ZOO } from './zoo.ts';
import type { ZooEntry } from './zoo-entry.ts';

const HEAD = `# Model zoo

Written from \`packages/models/src/zoo\` by \`node scripts/write-model-zoo.mjs\`; a test keeps it true. \`seg models\` prints
the same.

Figures are the authors' own, at single scale and in percent (cited in each system's \`presets.ts\`); none was measured here.
Parameters are counted by this project. Names on the Hugging Face hub are those of the authors' organization; none of them
was fetched for this list. Models with such a name load by it:

\`\`\`sh
npx seg predict photo.jpg --model facebook/mask2former-swin-tiny-coco-panoptic
\`\`\`

All with an authors' file load by their preset's name or by that file's URL: it is fetched and converted once, and kept in the
cache (\`SEG_CACHE\`, else \`XDG_CACHE_HOME/seg\`, else \`~/.cache/seg\`). \`SEG_ZOO_MIRROR\` names a mirror of the hosts.

\`\`\`sh
npx seg predict photo.jpg --model mask2former-r50-coco-panoptic
npx seg predict photo.jpg --model https://dl.fbaipublicfiles.com/maskformer/mask2former/coco/panoptic/maskformer2_R50_bs16_50ep/model_final_94dc52.pkl
\`\`\`

The rest are converted by hand, with the preset that stands in the table:

\`\`\`sh
npx seg convert SOLOv2_R50_3x.pth my-model --preset solov2-r50-coco
npx seg predict photo.jpg --model my-model
\`\`\`
`;

/** Numbers in the parameters of a published model. Needs a started backend. */
export function parametersOf({ preset }: ZooEntry): number {
  return footprint(preset, PRESETS[preset]).numbers;
}

/** Writes the page docs/model-zoo.md. Needs a started backend. */
export function zooPage(): string {
  const sources = [...new Set(ZOO.map(({ source }) => source))];
  return [HEAD, ...sources.map((source) => section(ZOO.filter((entry) => entry.source === source)))].join('\n');
}

function section(entries: readonly ZooEntry[]): string {
  const [{ system, source }] = entries;
  const rows = entries.map(
    (entry) =>
      `| \`${entry.preset}\` | ${entry.backbone} | ${entry.data} | ${entry.task} | ${entry.metric} ${entry.value.toFixed(1)} | ${(parametersOf(entry) / 1e6).toFixed(1)} M | ${entry.hub ? `[${entry.hub}](https://huggingface.co/${entry.hub})` : ''} | ${entry.url ? `[file](${entry.url})` : ''} |`,
  );
  return `## ${system}

The authors' release: <${source}>

| preset | backbone | data | task | published | parameters | on the hub | the authors' |
|---|---|---|---|---|---|---|---|
${rows.join('\n')}
`;
}
