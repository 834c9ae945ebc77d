// Annotations of other tools, values or characters of them changed, read and drawn; see main.mjs.
import { encodeRle, formatRle } from '@seg/coco-eval';
import {
  drawInstances,
  MaskRoom,
  parseCocoInstances,
  parseCvat,
  parseLabelMe,
  parseYoloConfig,
  parseYoloLabels,
  refuseErrors,
} from '@seg/data';
import { changedJson } from './json-changes.mjs';

const mask = Uint8Array.from({ length: 48 * 64 }, (_, i) => Number(i % 64 > 20 && i % 7 > 2));
const square = [3, 4, 30, 4, 30, 40, 3, 40];
const coco = {
  images: [
    { id: 1, file_name: 'a.jpg', width: 64, height: 48 },
    { id: 'b', file_name: 'c/b.jpg' },
  ],
  annotations: [
    { id: 1, image_id: 1, category_id: 7, iscrowd: 0, segmentation: [square, [1, 1, 5, 1, 5, 5]] },
    { id: 2, image_id: 1, category_id: 7, iscrowd: 1, segmentation: formatRle(encodeRle(mask, 48, 64)) },
    { id: 3, image_id: 'b', category_id: 8, segmentation: { size: [2, 3], counts: [1, 2, 3] } },
  ],
  categories: [
    { id: 7, name: 'cat', supercategory: 'animal' },
    { id: 8, name: 'dog' },
  ],
};
const shape = (shape_type, points, more) => ({ label: 'cat', shape_type, points, group_id: null, flags: {}, ...more });
const labelMe = {
  version: '5.4.1',
  imagePath: 'a.jpg',
  imageHeight: 48,
  imageWidth: 64,
  shapes: [
    shape('polygon', [[1, 1], [20, 1], [20, 20]], { group_id: 3 }),
    shape('rectangle', [[4, 4], [9, 9]]),
    shape('circle', [[20, 20], [25, 20]]),
    shape('mask', [[1, 1], [2, 2]], { mask: 'iVBORw0KGgo=' }),
  ], // biome-ignore format: points
};
const yaml = 'path: .\ntrain: images/train\nval: [images/val, val.txt]\nnc: 2\nnames:\n  0: cat\n  1: dog\n';
const labels = '0 0.1 0.1 0.9 0.1 0.9 0.9\n1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9\n';
const xml = `<?xml version="1.0"?><annotations><version>1.1</version><meta><task><labels><label><name>cat</name>
</label></labels></task></meta><image id="0" name="a.jpg" subset="Train" width="64" height="48">
<polygon label="cat" points="1.0,2.0;30.5,2.0;30.5,40.0" z_order="0" group_id="2"/><box label="cat" xtl="1" ytl="2"
xbr="20" ybr="30"/><ellipse label="cat" cx="20" cy="20" rx="9" ry="5"/><mask label="cat" rle="1, 2, 1" left="3"
top="4" width="2" height="2"/><tag label="cat"/></image></annotations>`;

const READERS = {
  coco(text) {
    const { images } = parseCocoInstances(JSON.parse(text), 'fuzz', refuseErrors);
    for (const { instances, size } of images) draw(instances, size ?? [48, 64]);
  },
  labelMe: (text) => parseLabelMe(JSON.parse(text), 'fuzz', refuseErrors),
  yaml: (text) => parseYoloConfig(text, 'fuzz'),
  labels: (text) => draw(parseYoloLabels(text, [48, 64], 2, 'fuzz', refuseErrors), [48, 64]),
  xml: (text) => parseCvat(text, 'fuzz', refuseErrors),
};

function draw(instances, size) {
  if (size[0] * size[1] > 1e6) return; // an image that large takes memory by right
  drawInstances(instances, size, new MaskRoom('fuzz'), refuseErrors);
}

for (const [kind, text] of Object.entries({
  yaml,
  labels,
  xml,
  coco: JSON.stringify(coco),
  labelMe: JSON.stringify(labelMe),
})) {
  READERS[kind](text); // unchanged, each is read
}

/** The name of a reader, a line's end, and a text for it. */
export function caseOf(random) {
  const kinds = Object.keys(READERS);
  const kind = kinds[Math.floor(random() * kinds.length)];
  const text = { coco: () => json(coco, random), labelMe: () => json(labelMe, random) }[kind];
  return Buffer.from(`${kind}\n${text?.() ?? changedText({ yaml, labels, xml }[kind], random)}`);
}

const json = (whole, random) => JSON.stringify(changedJson(whole, random));

const STRANGE = [
  '',
  '\0',
  '&',
  '<',
  '>',
  '"',
  '1e308',
  '-1',
  'NaN',
  ': ',
  '*a',
  '&a [',
  '\t',
  '😀',
  '0'.repeat(400),
  '\n\n',
  ';',
  ',',
];

/** One or two places replaced, and now and then a part said twice or the end cut off. */
function changedText(whole, random) {
  const below = (n) => Math.floor(random() * n);
  let text = whole;
  for (let k = below(2); k >= 0; k--) {
    const at = below(text.length + 1);
    const end = at + below(8);
    const part = random() < 0.2 ? text.slice(at, at + below(60)).repeat(1 + below(4)) : STRANGE[below(STRANGE.length)];
    text = text.slice(0, at) + part + text.slice(end);
  }
  return random() < 0.1 ? text.slice(0, below(text.length)) : text;
}

export function read(bytes) {
  const text = bytes.toString();
  const end = text.indexOf('\n');
  READERS[text.slice(0, end)](text.slice(end + 1));
}
