/** A map to be drawn of any answer: instances are laid over each other. @param options Of `layInstances` */
export async function toMap(found, options) {
  if ('ids' in found) return found;
  return (await import('@seg/postprocess/lay-instances')).layInstances(found, options);
}
