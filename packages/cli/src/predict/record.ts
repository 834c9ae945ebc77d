import { FormatError, parseJson, readAs } from '@seg/checkpoint';
import * as v from 'valibot';

const id = v.pipe(v.number(), v.safeInteger());
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const box = v.tuple([v.number(), v.number(), v.number(), v.number()]);
const color = v.tuple([id, id, id]);
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'a SHA-256'));

const predictionSchema = v.object({
  index: id,
  digest: sha256,
  image: v.object({ id, file_name: v.string(), width: id, height: id }),
  annotation: v.object({
    image_id: id,
    file_name: v.string(),
    segments_info: v.array(v.object({ id, category_id: id, area: id, bbox: box, iscrowd: v.literal(0) })),
  }),
  instances: v.optional(
    v.array(
      v.object({
        image_id: id,
        category_id: id,
        score: v.number(),
        track_id: v.optional(id),
        segmentation: v.object({ size: v.tuple([id, id]), counts: v.string() }),
      }),
    ),
  ),
});

const failureSchema = v.object({ index: id, file_name: v.string(), error: v.string() });

const headerSchema = v.object({
  format: v.literal('seg-predictions-2'),
  task: v.picklist(['panoptic', 'instance', 'semantic']),
  threshold: v.nullable(v.number()),
  categories: v.array(v.object({ id, name: v.string(), isthing: v.picklist([0, 1]), color: v.optional(color) })),
  model: sha256,
  /** Null for the frames of a pipe, whose number nobody knows before. */
  list: v.nullable(v.object({ digest: sha256, images: count })),
  /** True where ids stay from image to image. */
  track: v.optional(v.literal(true)),
  shard: v.pipe(
    v.object({ k: count, n: count, images: id }),
    v.check(({ k, n }) => k <= n, 'a shard k of n'),
  ),
});

/** Everything that prediction knows of one image; `instances` with that task alone. */
export type PredictionRecord = v.InferOutput<typeof predictionSchema>;

/** Record of an image that could not be read. */
export type FailureRecord = v.InferOutput<typeof failureSchema>;

/** The end of an image: its prediction, or its error. */
export type ImageRecord = PredictionRecord | FailureRecord;

/** Everything that the records of a run have in common. */
export type RecordHeader = Omit<v.InferOutput<typeof headerSchema>, 'format'>;

/** The first line of a file of records. */
export function headerLine(header: RecordHeader): string {
  return JSON.stringify({ format: 'seg-predictions-2', ...header });
}

/** @throws FormatError naming the place and the field */
export function parseHeader(where: string, line: string): RecordHeader {
  const { format: _, ...header } = readAs(where, headerSchema, parseJson(where, line));
  return header;
}

/** @throws FormatError naming the place and the field */
export function parseRecord(where: string, line: string): ImageRecord {
  const json = parseJson(where, line);
  if (typeof json !== 'object' || json === null) throw new FormatError(`${where}: expected a record, got ${line}`);
  return 'error' in json ? readAs(where, failureSchema, json) : readAs(where, predictionSchema, json);
}

/** Tells a prediction from an error. */
export function isPrediction(record: ImageRecord): record is PredictionRecord {
  return !('error' in record);
}

/** Name of the image that a record is of. */
export function imageOf(record: ImageRecord): string {
  return isPrediction(record) ? record.image.file_name : record.file_name;
}
