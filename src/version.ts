/** Printed by `plume --version`, and logged at each start. */
export const VERSION = "1.0.0";

/** Explains why a sound log holds something that this version cannot read. */
export const isNewer = `is unknown to ${VERSION}: a newer version logged it`;
