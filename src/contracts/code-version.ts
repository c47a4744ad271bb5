/** Version of this code, as `/health` and the provenance of models name it. */
export const CODE_VERSION = '0.1.0';
