import * as v from 'valibot';

/** Elements of one tensor of a golden file: more than the largest published, the 2²⁵ of a MaX-DeepLab-L kernel. */
const MOST_ELEMENTS = 2 ** 27;

/** Side of a tensor or an image; GPUs have no larger. */
const LONGEST_SIDE = 2 ** 20;

const natural = v.pipe(v.number(), v.integer(), v.minValue(0));
const finite = v.pipe(v.number(), v.finite());

/** Class label, index or any other count. */
export const countSchema = v.pipe(natural, v.maxValue(2 ** 31 - 1));
/** Positive whole number that is the side of something. */
export const sideSchema = v.pipe(natural, v.minValue(1), v.maxValue(LONGEST_SIDE));
/** Any number that is one. */
export const numberSchema = finite;
/** Difference of two runs of a reference. */
export const noiseSchema = v.pipe(finite, v.minValue(0));
/** Height and width. */
export const sizeSchema = v.tuple([sideSchema, sideSchema]);

export const shapeSchema = v.pipe(
  v.array(sideSchema),
  v.maxLength(6),
  v.check((shape) => elementsOf(shape) <= MOST_ELEMENTS, `at most ${MOST_ELEMENTS} elements`),
);

/** One recorded tensor: statistics and sampled values of a float64 run, and how far a float32 run was from it. */
export const tapSchema = v.object({
  name: v.string(),
  shape: shapeSchema,
  absmax: noiseSchema,
  /** `values[i]` is element i · stride. */
  stride: sideSchema,
  values: v.pipe(v.array(finite), v.minLength(1)),
  /** Largest |float32 run − float64 run| over the whole tensor. */
  noise: noiseSchema,
  probe: v.optional(finite),
  noiseProbe: v.optional(noiseSchema),
});

/** A recorded gradient: its norm and sampled values in the stored layout. */
export const gradientSchema = v.object({
  shape: shapeSchema,
  l2: noiseSchema,
  stride: sideSchema,
  values: v.pipe(v.array(finite), v.minLength(1)),
  noise: noiseSchema,
  noiseL2: v.optional(noiseSchema),
});

/** Gradient of a parameter, or of an input. */
export const namedGradientSchema = v.object({ name: v.string(), ...gradientSchema.entries });

/** A tensor given by formula: its key seeds the values. */
export const parameterSchema = v.tuple([v.string(), shapeSchema, v.string(), finite, finite]);

/** Salt of formula values: where their sequence begins. */
export const saltSchema = v.pipe(v.number(), v.integer(), v.minValue(-(2 ** 31)), v.maxValue(2 ** 32 - 1));

/** The image of a forward pass. */
export const imageInputSchema = v.object({
  key: v.string(),
  shape: v.pipe(
    v.tuple([sideSchema, sideSchema, sideSchema, sideSchema]),
    v.check((shape) => elementsOf(shape) <= MOST_ELEMENTS, `at most ${MOST_ELEMENTS} elements`),
  ),
  center: finite,
  scale: finite,
  layout: v.picklist(['NCHW', 'NHWC']),
});

/** Run lengths of a map, row by row. */
export const runsSchema = v.array(v.tuple([v.pipe(v.number(), v.integer()), v.pipe(natural, v.minValue(1))]));

/** Weights of a network by formula. */
export const modelEntries = {
  salt: saltSchema,
  parameters: v.array(parameterSchema),
  keyStyle: v.optional(v.string()),
};

export type Tap = v.InferOutput<typeof tapSchema>;
export type GoldenGradient = v.InferOutput<typeof gradientSchema>;
export type FormulaTensor = v.InferOutput<typeof parameterSchema>;
export type ImageInput = v.InferOutput<typeof imageInputSchema>;
export type Runs = v.InferOutput<typeof runsSchema>;

/** Number of elements of a shape. */
export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
