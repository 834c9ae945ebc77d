/** RGB, 0 to 255. */
export type Color = [red: number, green: number, blue: number];

/** Meaning of a class index, for data sets, models and drawings alike. */
export type Category = {
  /** In the data set's own numbering. */
  id: number;
  name: string;
  /** Countable objects; everything else is stuff. */
  isThing: boolean;
  /** For drawings. */
  color?: Color;
};
