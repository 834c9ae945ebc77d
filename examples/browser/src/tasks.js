/** Kinds of answers in the words of the page. */
export const TASKS = { panoptic: 'things and stuff', instance: 'objects', semantic: 'classes' };
