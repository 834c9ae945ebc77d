/** The word "val", or "validation", in a file's name, as in `instances_val2017.json`; not a part of a longer word. */
const VALIDATION = /(^|[^a-z])val(idation)?([^a-z]|$)/i;

/** True where objects of a file are for validation alone. */
export const isForValidation = (name) => VALIDATION.test(name.replace(/\.json$/i, ''));

/** Objects of a COCO file, checked as a training checks them. @throws Error that names the file */
export async function readCoco(file) {
  let json;
  try {
    json = JSON.parse(await file.text());
  } catch (error) {
    throw new Error(`${file.name}: expected JSON, got ${error.message}`);
  }
  const { parseCocoInstances, refuseErrors } = await import('@seg/data/coco');
  parseCocoInstances(json, file.name, refuseErrors);
  return json;
}
