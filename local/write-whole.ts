import { renameSync, writeFileSync } from "node:fs";

/**
 * Writes a file so that an interruption leaves the old one or the new one, never half of it.
 *
 * @param mode its permissions where it is new
 */
export function writeWhole(file: string, text: string, mode = 0o666): void {
  writeFileSync(`${file}.new`, text, { mode });
  renameSync(`${file}.new`, file);
}
