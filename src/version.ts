/** What `plume --version` tells, and each start logs. */
export const VERSION = "1.0.0";

/** Why something in a log makes no sense here, though nothing is wrong with it. */
export const isNewer = `is unknown to ${VERSION}: a newer version logged it`;
