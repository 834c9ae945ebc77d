/** Regular expression of the parameters of a backbone, in all five systems' keys. */
export const BACKBONE_KEYS = '^(backbone\\.|model\\.pixel_level_module\\.encoder\\.|encoder/)';
