/** Folders below `KAV_DATA_DIR`; that of our recordings is named by `recording/layout.ts`. */
export const JOURNALS_FOLDER = 'journals';
export const LEDGERS_FOLDER = 'ledger';
export const OBJECTS_FOLDER = 'objects';
export const SPOOL_FOLDER = 'spool';
export const STORE_FOLDER = 'store';
